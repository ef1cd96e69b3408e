-- How many messages wait and are due.
return redis.call('LLEN', active) + redis.call('ZCOUNT', delayed, '-inf', math.floor(now_us() / 1000))
