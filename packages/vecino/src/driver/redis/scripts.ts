import { createHash } from 'node:crypto';
import { DROPPED } from './failures.ts';

/** What a node runs in one step, with nothing in between. */
export interface Script {
  readonly text: string;
  readonly sha: string;
  readonly readOnly: boolean;
}

const REQUIRE_HERE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return redis.error_reply('${DROPPED} the collection is not here') end`;

/**
 * The name of a record in the vector sets, which tells its change and when it expires, so that a search knows without
 * asking again: `<change>,<time or nothing>,<id>`.
 */
const ELEMENT = `
local function element(id)
  local change = redis.call('ZSCORE', KEYS[2], id)
  return change and change .. ',' .. (redis.call('ZSCORE', KEYS[4], id) or '') .. ',' .. id
end`;

/**
 * Reads records.
 *
 * KEYS: here, the sorted set that orders, seqs, expiries, and the hashes to read. ARGV: `these` and the ids, or `range`
 * and what ZRANGE takes behind the key. Answers the ids, their changes, when they expire, and a list for each hash.
 */
export const READ = script(
  true,
  `
local ids = {}
if ARGV[1] == 'these' then
  for i = 2, #ARGV do ids[i - 1] = ARGV[i] end
else
  ids = redis.call('ZRANGE', KEYS[2], unpack(ARGV, 2))
end
if #ids == 0 then return { ids } end
local answer = { ids, redis.call('ZMSCORE', KEYS[3], unpack(ids)), redis.call('ZMSCORE', KEYS[4], unpack(ids)) }
for i = 5, #KEYS do answer[#answer + 1] = redis.call('HMGET', KEYS[i], unpack(ids)) end
return answer`,
);

/**
 * Writes records, or none of them: answers the ids that forbid it.
 *
 * KEYS: here, seqs, ids, expiries, documents, metadata, the vectors and the indexes of each field. ARGV: what is
 * required (`nothing`; `absent`; `unchanged` since a change), the time, the number of fields, M and efConstruction of
 * each, and of each record: id, its change, the change that it must have, whether it has a document, the document,
 * metadata, attributes, when it expires, and of each field the vector ('' where it has none) and what is indexed in its place ('' for itself).
 *
 * A record that has this very change was written by a call whose answer was lost. VADD in place of an element would not
 * reach replicas and the log in some versions of Redis, so the element goes first.
 */
export const WRITE = script(
  false,
  `${ELEMENT}
local required, now, fields = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local first, width = 4 + 2 * fields, 8 + 2 * fields
if required ~= 'nothing' then
  local forbidding = {}
  for at = first, #ARGV, width do
    local change = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[at]) or nil)
    if change ~= tonumber(ARGV[at + 1]) then
      local forbids = change ~= nil
      if required == 'unchanged' then
        forbids = change ~= tonumber(ARGV[at + 2])
      elseif forbids then
        local expiry = redis.call('ZSCORE', KEYS[4], ARGV[at])
        forbids = not expiry or tonumber(expiry) > now
      end
      if forbids then forbidding[#forbidding + 1] = ARGV[at] end
    end
  end
  if #forbidding > 0 then return forbidding end
end
for at = first, #ARGV, width do
  local id, expiry = ARGV[at], ARGV[at + 7]
  local old = element(id)
  redis.call('ZADD', KEYS[2], ARGV[at + 1], id)
  redis.call('ZADD', KEYS[3], 0, id)
  if expiry == '' then
    redis.call('ZREM', KEYS[4], id)
  else
    redis.call('ZADD', KEYS[4], expiry, id)
  end
  local new = element(id)
  if ARGV[at + 3] == '1' then redis.call('HSET', KEYS[5], id, ARGV[at + 4]) else redis.call('HDEL', KEYS[5], id) end
  redis.call('HSET', KEYS[6], id, ARGV[at + 5])
  for field = 0, fields - 1 do
    local vectors, index = KEYS[7 + field], KEYS[7 + fields + field]
    local vector, indexed = ARGV[at + 8 + 2 * field], ARGV[at + 9 + 2 * field]
    if indexed == '' then indexed = vector end
    if old then redis.call('VREM', index, old) end
    if vector == '' then
      redis.call('HDEL', vectors, id)
    else
      redis.call('HSET', vectors, id, vector)
      redis.call('VADD', index, 'FP32', indexed, new, 'NOQUANT', 'EF', ARGV[5 + 2 * field], 'SETATTR', ARGV[at + 6],
        'M', ARGV[4 + 2 * field])
    end
  end
end
return {}`,
);

/**
 * Removes records and answers how many of them had not expired.
 *
 * KEYS as for {@link WRITE}. ARGV: the time, the number of fields, `any` or `expired`, and of each record id and the
 * change that it must have, '' for any.
 */
export const REMOVE = script(
  false,
  `${ELEMENT}
local now, fields, count = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for at = 4, #ARGV, 2 do
  local id, expected = ARGV[at], ARGV[at + 1]
  local change = redis.call('ZSCORE', KEYS[2], id)
  local expiry = redis.call('ZSCORE', KEYS[4], id)
  local has_expired = expiry and tonumber(expiry) <= now
  if change and (expected == '' or tonumber(change) == tonumber(expected)) and (ARGV[3] == 'any' or has_expired) then
    for i = 7 + fields, 6 + 2 * fields do redis.call('VREM', KEYS[i], element(id)) end
    for i = 2, 4 do redis.call('ZREM', KEYS[i], id) end
    for i = 5, 6 + fields do redis.call('HDEL', KEYS[i], id) end
    if not has_expired then count = count + 1 end
  end
end
return count`,
);

function script(readOnly: boolean, body: string): Script {
  const text = `${REQUIRE_HERE}${body}`;
  return { text, sha: createHash('sha1').update(text).digest('hex'), readOnly };
}
