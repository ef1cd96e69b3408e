-- ARGV: epoch, then for each item: its name, total, left and confirmed. One script however many there are, so that nobody ever sees
-- a part of it.

local stored = tonumber(redis.call('HGET', units, 'epoch') or nil)
-- Epochs rise by one from zero: far below 2^53, up to where Lua counts exactly.
if stored and stored >= tonumber(epoch) then
  return false
end
local run_id, replid = origin()

redis.call('UNLINK', units, claims, times, returned)
redis.call('HSET', claims, mark, '')
redis.call('ZADD', times, '-inf', mark)
redis.call('SADD', returned, mark)
for at = 2, #ARGV, 4 do
  local item = ARGV[at]
  redis.call('HSET', units, 'total ' .. item, ARGV[at + 1], 'left ' .. item, ARGV[at + 2],
    'confirmed ' .. item, ARGV[at + 3], 'claimed ' .. item, 0)
end
-- What makes them valid comes last.
redis.call('HSET', units, 'run_id', run_id, 'replid', replid, 'epoch', epoch)
return 1
