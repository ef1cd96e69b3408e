-- Each worker and its last sign of life, in seconds of its own clock.
return redis.call('ZRANGE', workers, 0, -1, 'WITHSCORES')
