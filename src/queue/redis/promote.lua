-- Lets workers have delayed messages that are due, oldest first.
-- ARGV: how many at most. Gives how many it were.
local ids = redis.call('ZRANGE', delayed, '-inf', math.floor(now_us() / 1000), 'BYSCORE', 'LIMIT', 0, ARGV[1])
if #ids > 0 then
    redis.call('RPUSH', active, unpack(ids))
    redis.call('ZREM', delayed, unpack(ids))
end
return #ids
