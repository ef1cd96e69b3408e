-- Puts finished messages in order of time. Only their ids are kept, so that they are known when they are pushed again.
-- ARGV: how many at most. Gives how many it were.
local count_max = tonumber(ARGV[1])
local ids = redis.call('SPOP', done, count_max)
if #ids < count_max then
    for _, id in ipairs(redis.call('SPOP', dead, count_max - #ids)) do
        ids[#ids + 1] = id
    end
end
for _, id in ipairs(ids) do
    local done_at = redis.call('HGET', meta .. ':' .. id, 'done_at') or math.floor(now_us() / 1000000)
    redis.call('ZADD', finished, done_at, id)
    redis.call('HSET', data, id, '')
    redis.call('DEL', meta .. ':' .. id)
end
return #ids
