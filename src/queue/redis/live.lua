-- How many workers have shown a sign of life within so many seconds.
-- ARGV: the seconds.
return redis.call('ZCOUNT', workers, math.floor(now_us() / 1000000) - ARGV[1], '+inf')
