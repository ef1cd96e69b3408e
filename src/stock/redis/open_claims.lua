-- ARGV: epoch, the millisecond before which a claim must have been made, how many at most. Answers ids and claims in turn, oldest
-- first; the mark has no time and is left out.

if stale() then
  return false
end
local answers = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', times, '(-inf', '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])) do
  local claim = redis.call('HGET', claims, id)
  if not claim then
    return false
  end
  table.insert(answers, id)
  table.insert(answers, claim)
end
return answers
