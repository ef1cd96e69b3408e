-- Gives back some of what a retired worker holds.
-- ARGV: how many at most. Gives how many were given back, how many were lost, and how many retired workers are left.
local name = redis.call('SRANDMEMBER', leaving)
if not name then
    return { 0, 0, 0 }
end
local count_max = tonumber(ARGV[1])
local ids = redis.call('SPOP', inflight .. ':' .. name, count_max)
local given_back = {}
for _, id in ipairs(ids) do
    -- Anew, whatever it was: a message whose data apalis cannot read would end worker after worker.
    redis.call('DEL', meta .. ':' .. id)
    if redis.call('HEXISTS', data, id) == 1 then
        redis.call('HSET', meta .. ':' .. id, 'attempts', 0, 'max_attempts', 1, 'status', 'Pending')
        given_back[#given_back + 1] = id
    end
end
if #given_back > 0 then
    -- Before all others: they waited longest.
    redis.call('LPUSH', active, unpack(given_back))
end
if #ids < count_max then
    redis.call('SREM', leaving, name)
    redis.call('DEL', worker_data .. ':' .. name)
end
return { #given_back, #ids - #given_back, redis.call('SCARD', leaving) }
