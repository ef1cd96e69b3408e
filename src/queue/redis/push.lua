-- Adds messages that are not known yet.
-- ARGV: in how many milliseconds they are due, then an id and a payload for each. Gives how many were new.
local delay_ms = tonumber(ARGV[1])
-- Rounded up: late by less than a millisecond, never early.
local due_ms = math.ceil(now_us() / 1000) + delay_ms
local new = 0
for at = 2, #ARGV, 2 do
    local id = ARGV[at]
    if redis.call('HSETNX', data, id, ARGV[at + 1]) == 1 then
        -- What apalis must find beside a message, or its worker ends.
        redis.call('HSET', meta .. ':' .. id, 'attempts', 0, 'max_attempts', 1, 'status', 'Pending')
        if delay_ms > 0 then
            redis.call('ZADD', delayed, due_ms, id)
        else
            redis.call('RPUSH', active, id)
        end
        new = new + 1
    end
end
return new
