import { workerData } from 'node:worker_threads';
import { type NearestTask, nearestDistances } from './nearest-distances.ts';

/** All arrays of the task lie in shared memory. */
nearestDistances(workerData as NearestTask);
