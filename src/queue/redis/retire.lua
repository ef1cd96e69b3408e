-- Takes workers out of service: they can fetch nothing any more, and what they hold is given back by `give_back.lua`. A message that
-- such a worker finishes before that counts as done.
-- ARGV: for each worker its name and the sign of life after which it was silent, or '' to take any. Gives how many it were.
local retired = 0
for at = 1, #ARGV, 2 do
    local name, silent_since = ARGV[at], ARGV[at + 1]
    local last_sign = redis.call('ZSCORE', workers, name)
    if last_sign and (silent_since == '' or tonumber(last_sign) == tonumber(silent_since)) then
        redis.call('ZREM', workers, name)
        redis.call('SADD', leaving, name)
        retired = retired + 1
    end
end
return retired
