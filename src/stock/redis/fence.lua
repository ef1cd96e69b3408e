-- What every script begins with.
--
-- KEYS: units, claims, times, returned; those of one activity share a slot. ARGV[1]: the epoch that the caller believes in.
--   units     hash    epoch, run_id, replid; for each item its total, left, confirmed and claimed, as `left award car`
--   claims    hash    the id of an open claim -> the position of the choice and its item, as `0 award car`
--   times     sorted  the id of an open claim, by the millisecond it was made
--   returned  set     the claims whose unit was given back
-- Each but the first also holds a mark that names the epoch, so that a key that is empty differs from one that is lost.
--
-- Every script first reads and decides everything and then writes everything: what fails while it is read has changed nothing.

local units, claims, times, returned = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch = ARGV[1]
local mark = 'epoch ' .. epoch

-- The life of this server. `run_id` is new whenever it starts; `master_replid` is new whenever it becomes a master, so that one that
-- was a replica for a while, and holds what another server told it, is not taken for what it was before.
local function origin()
  local info = redis.call('INFO', 'server', 'replication')
  -- A search for plain text takes half the time of one for a pattern.
  local function value(name)
    local _, last = string.find(info, name, 1, true)
    return string.match(info, '^%x+', last + 1)
  end
  return value('\nrun_id:'), value('\nmaster_replid:')
end

-- Whether the counters are of another epoch, of another life of the server, or not there.
local function stale()
  local stored = redis.call('HMGET', units, 'epoch', 'run_id', 'replid')
  if stored[1] ~= epoch then
    return true
  end
  local run_id, replid = origin()
  return stored[2] ~= run_id
    or stored[3] ~= replid
    or redis.call('HEXISTS', claims, mark) == 0
    or not redis.call('ZSCORE', times, mark)
    or redis.call('SISMEMBER', returned, mark) == 0
end
