// Pages and the chains that they make: how entries come into lists and leave them.
//
// A list is filled at its first page, which alone may have room left; a full one gets a new page before it. An
// entry that leaves is replaced by the last of the first page, so that no list has holes. Only builders write,
// under the lock of the list; searches read without, and meet an entry twice or a moment late at worst.
//
// A page that becomes empty may go to another list while a search stands on it. The search then goes on where that
// page leads: along the free ones, which have no entries, or to the end of the other list. It cannot go round: a chain
// only grows before its first page, so whoever follows it comes to its end unless the page under him is given away
// and taken again, which takes a builder longer than a step takes him. Whatever he reads is the number of a node that
// was in a list once, or 0.

import { NONE } from '../layout';
import { copyCode, encodeEntry } from './codes';
import {
  countAt, headAt, linkAt, listLockAt, nodesAt, PAGE_ENTRIES, pageAt, pageBytes, pageOf, placeAt, subspaces,
  unboundedAt,
} from './layout';
import { freeLockAt, freePageAt, pagesUsedAt } from './state';

@inline export function lock(at: usize): void {
  while (atomic.cmpxchg<u32>(at, 0, 1) != 0) {}
}

@inline export function unlock(at: usize): void {
  atomic.store<u32>(at, 0);
}

@inline export function nextOf(page: usize): u32 {
  return load<u32>(linkAt(page));
}

/**
 * Where the next page of a list lies. Most follow their page, and then the address is had without waiting for the link:
 * the processor guesses the branch and fetches ahead, where it would wait for one page after the other (a scan of
 * 340,000 codes of 13 bytes took 1.9 nanoseconds each with the links in its way, and 1.1 without).
 */
@inline export function nextAt(page: u32, at: usize, next: u32): usize {
  return next == page + 1 ? at + pageBytes : pageAt(next);
}

@inline export function listOf(page: usize): u32 {
  return load<u32>(linkAt(page), 4);
}

@inline export function entriesOf(page: usize): u32 {
  return load<u32>(linkAt(page), 8);
}

/** The entries of a page of which no estimate holds, a bit each: they are compared whatever it says. */
@inline export function unboundedOf(page: usize): u32 {
  return load<u32>(unboundedAt(page));
}

@inline function setEntries(page: usize, count: u32): void {
  store<u32>(linkAt(page), count, 8);
}

function takePage(): u32 {
  lock(freeLockAt());
  let page = load<u32>(freePageAt());
  if (page != 0) {
    page -= 1;
    const next = nextOf(pageAt(page));
    store<u32>(freePageAt(), next == NONE ? 0 : next + 1);
  } else {
    const ordinal = load<u32>(pagesUsedAt());
    store<u32>(pagesUsedAt(), ordinal + 1);
    page = pageOf(ordinal);
  }
  unlock(freeLockAt());
  return page;
}

function givePage(page: u32): void {
  lock(freeLockAt());
  const first = load<u32>(freePageAt());
  store<u32>(linkAt(pageAt(page)), first == 0 ? NONE : first - 1);
  store<u32>(freePageAt(), page + 1);
  unlock(freeLockAt());
}

function startPage(page: u32, next: u32, list: u32): void {
  const at = linkAt(pageAt(page));
  store<u32>(at, next);
  store<u32>(at, list, 4);
  store<u32>(at, 0, 8);
  store<u32>(unboundedAt(pageAt(page)), 0);
}

/** Adds a node to a list. The caller sees to it that there is memory for another page. */
export function append(node: u32, list: u32): void {
  lock(listLockAt(list));
  put(node, list);
  unlock(listLockAt(list));
}

/** Takes a node out of its list, if it is in one. */
export function take(node: u32): void {
  const list = lockListOf(node);
  if (list == NONE) return;
  remove(load<u32>(placeAt(node)), list);
  atomic.store<u32>(placeAt(node), 0);
  unlock(listLockAt(list));
}

/**
 * Moves a node from one list to another that was made later, in one go: another thread that links the node anew finds
 * it in one of them at any moment, and waits for both. Does nothing where it has left the first one meanwhile. Answers whether it was moved.
 */
export function move(node: u32, from: u32, to: u32): bool {
  lock(listLockAt(from));
  const place = load<u32>(placeAt(node));
  const isHere = place != 0 && listOf(pageAt((place - 1) / PAGE_ENTRIES)) == from;
  if (isHere) {
    lock(listLockAt(to));
    put(node, to);
    remove(place, from);
    unlock(listLockAt(to));
  }
  unlock(listLockAt(from));
  return isHere;
}

/**
 * Locks the list that a node is in; `NONE` where it is in none. Until the lock is had, another entry that leaves
 * the list may move this one to its place, or a splitting take it to another list.
 */
function lockListOf(node: u32): u32 {
  let place = atomic.load<u32>(placeAt(node));
  while (place != 0) {
    const page = pageAt((place - 1) / PAGE_ENTRIES);
    const list = listOf(page);
    lock(listLockAt(list));
    const now = atomic.load<u32>(placeAt(node));
    if (now == place && listOf(page) == list) return list;
    unlock(listLockAt(list));
    place = now;
  }
  return NONE;
}

/** Adds a node to a list whose lock is held. */
function put(node: u32, list: u32): void {
  const head = load<u32>(headAt(list));
  let page = head;
  if (head == NONE || entriesOf(pageAt(head)) == PAGE_ENTRIES) {
    page = takePage();
    startPage(page, head, list);
  }
  const at = pageAt(page);
  const row = entriesOf(at);
  store<u32>(nodesAt(at) + (<usize>row << 2), node);
  if (subspaces != 0) encodeEntry(node, list, at, row);
  setEntries(at, row + 1);
  atomic.store<u32>(placeAt(node), page * PAGE_ENTRIES + row + 1);
  if (page != head) store<u32>(headAt(list), page);
  store<u32>(countAt(list), load<u32>(countAt(list)) + 1);
}

/** Takes the entry at a place out of a list whose lock is held. Its node has another place by now, or gets none. */
function remove(place: u32, list: u32): void {
  const page = (place - 1) / PAGE_ENTRIES;
  const row = (place - 1) % PAGE_ENTRIES;
  const head = load<u32>(headAt(list));
  const first = pageAt(head);
  const last = entriesOf(first) - 1;
  if (page != head || row != last) {
    const moved = load<u32>(nodesAt(first) + (<usize>last << 2));
    const into = pageAt(page);
    if (subspaces != 0) copyCode(first, last, into, row);
    store<u32>(nodesAt(into) + (<usize>row << 2), moved);
    atomic.store<u32>(placeAt(moved), place);
  }
  setEntries(first, last);
  if (last == 0) {
    store<u32>(headAt(list), nextOf(first));
    givePage(head);
  }
  store<u32>(countAt(list), load<u32>(countAt(list)) - 1);
}

/** Empties all lists, before they are laid out as a whole. */
export function clearLists(capacity: u32): void {
  memory.fill(headAt(0), 0xff, <usize>capacity << 2);
  memory.fill(countAt(0), 0, <usize>capacity << 2);
  store<u32>(pagesUsedAt(), 0);
  store<u32>(freePageAt(), 0);
}

/** Lays a list out over the next pages for `count` nodes that lie in a row, without their codes. */
export function layList(list: u32, node: u32, count: u32): void {
  if (count == 0) return;
  const pages = (count + PAGE_ENTRIES - 1) / PAGE_ENTRIES;
  const first = load<u32>(pagesUsedAt());
  // The page that may have room left is the first.
  let entries = count - (pages - 1) * PAGE_ENTRIES;
  for (let i: u32 = 0; i < pages; i++) {
    const page = pageOf(first + i);
    startPage(page, i + 1 < pages ? pageOf(first + i + 1) : NONE, list);
    const at = pageAt(page);
    for (let row: u32 = 0; row < entries; row++) {
      store<u32>(nodesAt(at) + (<usize>row << 2), node);
      store<u32>(placeAt(node), page * PAGE_ENTRIES + row + 1);
      node += 1;
    }
    setEntries(at, entries);
    entries = PAGE_ENTRIES;
  }
  store<u32>(pagesUsedAt(), first + pages);
  store<u32>(headAt(list), pageOf(first));
  store<u32>(countAt(list), count);
}

/** Writes the codes of all entries of some pages, counted as they lie. */
export function fillPages(from: u32, to: u32): void {
  if (subspaces == 0) return;
  for (let ordinal = from; ordinal < to; ordinal++) {
    const at = pageAt(pageOf(ordinal));
    const count = entriesOf(at);
    const list = listOf(at);
    for (let row: u32 = 0; row < count; row++) encodeEntry(load<u32>(nodesAt(at) + (<usize>row << 2)), list, at, row);
  }
}

export function pagesUsed(): u32 {
  return load<u32>(pagesUsedAt());
}
