-- A sign of life of a worker, where it is in service.
-- ARGV: its name.
return redis.call('ZADD', workers, 'XX', math.floor(now_us() / 1000000), ARGV[1])
