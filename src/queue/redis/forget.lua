-- Forgets messages that were finished before a second, oldest first.
-- ARGV: the second, and how many at most. Gives how many it were.
local ids = redis.call('ZRANGE', finished, '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
if #ids > 0 then
    redis.call('HDEL', data, unpack(ids))
    redis.call('ZREM', finished, unpack(ids))
end
return #ids
