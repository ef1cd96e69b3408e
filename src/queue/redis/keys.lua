-- Begins every script. The keys of one lane, in the order of `Keys::new` in keys.rs; the last three begin the names of further keys.
local active, data, delayed, workers, leaving, done, dead, finished, meta, inflight, worker_data = unpack(KEYS)

-- One clock for all: that of the server. Microseconds, where Lua is exact up to 2^53.
local function now_us()
    local time = redis.call('TIME')
    return time[1] * 1000000 + time[2]
end
