/** Moves a collection to another model and dies at the moment that it is told: a stage, or a number of texts. */
import { open } from '../../src/index.ts';
import { HashedTexts } from '../contract/hashed-texts.ts';

const [folder = '', moment = ''] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');
const database = await open(folder, { embeddingCacheBytesMax: 0 });
const notes = await database.openCollection('notes');
const embedding = new HashedTexts('after', 12);
embedding.before = () => embedding.asked > Number(moment) && die();
await notes.reembed({ embedding, onProgress: ({ stage }) => stage === moment && die() });
