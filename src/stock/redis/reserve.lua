-- ARGV: epoch, now, then for each reservation: the id of its claim, the number of choices, and the choices; an empty one is not
-- counted. Answers the position of the choice for each, -1 where all are out.

if stale() then
  return false
end
local now = ARGV[2]
local wanted, ids = {}, {}
local at = 3
while at <= #ARGV do
  local first = at + 2
  local last = at + 1 + tonumber(ARGV[at + 1])
  table.insert(wanted, { id = ARGV[at], first = first, last = last })
  table.insert(ids, ARGV[at])
  at = last + 1
end
if #ids == 0 then
  return {}
end

-- What is left of an item after what this call took. An item that is not known is not in the current version: there is none of it.
local lefts = {}
local function left_of(item)
  if not lefts[item] then
    lefts[item] = tonumber(redis.call('HGET', units, 'left ' .. item) or 0)
  end
  return lefts[item]
end

local made, new_claims, new_times = {}, {}, {}

-- Takes one of the first choice that can be had.
local function take(reservation)
  for choice = reservation.first, reservation.last do
    local item, position = ARGV[choice], choice - reservation.first
    if item == '' then
      return position
    end
    if left_of(item) > 0 then
      lefts[item] = lefts[item] - 1
      change('left ' .. item, -1)
      change('claimed ' .. item, 1)
      local claim = position .. ' ' .. item
      made[reservation.id] = claim
      table.insert(new_claims, reservation.id)
      table.insert(new_claims, claim)
      table.insert(new_times, now)
      table.insert(new_times, reservation.id)
      return position
    end
  end
  return -1
end

local open = redis.call('HMGET', claims, unpack(ids))
local answers = {}
for i, reservation in ipairs(wanted) do
  local claim = open[i] or made[reservation.id]
  if claim then
    answers[i] = tonumber(string.match(claim, '^%d+'))
  else
    answers[i] = take(reservation)
  end
end
if not can_change() then
  return false
end

if #new_claims > 0 then
  redis.call('HSET', claims, unpack(new_claims))
  redis.call('ZADD', times, unpack(new_times))
end
make_changes({})
return answers
