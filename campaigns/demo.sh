#!/bin/sh
# Runs a whole campaign through HTTP, from the first sign-in to closed books, against a running big-market:
#
#   KEY=bm_... campaigns/demo.sh [http://127.0.0.1:8080]
#
# Publishes campaigns/autumn.toml as an activity of its own, loads coupon codes, lets three users sign in, pay, spend points
# for draws and draw, claims and ships goods, takes a redemption back, closes the activity, waits until it is settled, and
# prints the report and the books. Ends with 0 only if every invariant holds.
set -eu

BASE=${1:-http://127.0.0.1:8080}
: "${KEY:?set KEY to an API key with every scope; big-market prints one}"
RUN=$(date +%s)-$$
ACTIVITY=autumn-$RUN
POOL=autumn-$RUN
HERE=$(dirname "$0")

# call METHOD PATH [curl arguments]: the body of a good answer; anything else ends the script with the problem.
call() {
    method=$1 path=$2
    shift 2
    answer=$(curl -sS -X "$method" "$BASE$path" -H "Authorization: Bearer $KEY" -w '\n%{http_code}' "$@")
    status=${answer##*
}
    body=${answer%
*}
    case $status in
    2*) printf '%s\n' "$body" ;;
    *)
        printf '%s %s answered %s: %s\n' "$method" "$path" "$status" "$body" >&2
        return 1
        ;;
    esac
}

# post PATH KEY BODY: a write that happens once for its key.
post() {
    call POST "$1" -H "Idempotency-Key: $2-$RUN" -H 'Content-Type: application/json' -d "$3"
}

# field NAME: the first value of that name in the JSON on standard input.
field() {
    grep -o "\"$1\":\(\"[^\"]*\"\|[^,}]*\)" | head -n 1 | sed -e 's/^[^:]*://' -e 's/^"//' -e 's/"$//'
}

say() {
    printf '\n== %s\n' "$*"
}

say "publish $ACTIVITY"
sed -e "s/^activity = .*/activity = \"$ACTIVITY\"/" -e "s/pool = \"autumn\"/pool = \"$POOL\"/" \
    -e "s/source = \"autumn\"/source = \"$ACTIVITY\"/" "$HERE/autumn.toml" |
    call PUT "/admin/activities/$ACTIVITY/draft" -H 'Content-Type: application/toml' --data-binary @- >/dev/null
call POST "/admin/activities/$ACTIVITY/publish"
i=0
while [ $i -lt 60 ]; do
    printf 'AUTUMN-%s-%03d\n' "$RUN" $i
    i=$((i + 1))
done | call POST "/admin/coupon-pools/$POOL/codes" -H 'Content-Type: text/csv' --data-binary @-
call GET "/v1/stages?channel=app&source=$ACTIVITY"

say 'three users sign in and pay'
for user in ann bob cho; do
    for behaviour in sign_in payment payment; do
        i=$((i + 1))
        key=
        [ $behaviour = payment ] && key=", \"business_key\": \"pay-$i-$RUN\""
        call POST /v1/behaviours -H 'Content-Type: application/json' \
            -d "{\"user_id\": \"$user-$RUN\", \"behaviour\": \"$behaviour\", \"activity_id\": \"$ACTIVITY\"$key}" >/dev/null
    done
    call GET "/v1/users/$user-$RUN/points?limit=1"
done

say 'they spend points for draws; ann takes one of hers back'
for user in ann bob cho; do
    post /v1/redemptions "five-$user" "{\"user_id\": \"$user-$RUN\", \"sku\": \"five\", \"activity_id\": \"$ACTIVITY\"}"
done
redemption=$(post /v1/redemptions one-ann "{\"user_id\": \"ann-$RUN\", \"sku\": \"five\", \"activity_id\": \"$ACTIVITY\"}" | field id)
call POST "/v1/redemptions/$redemption/reverse"

say 'they draw all they have'
for user in ann bob cho; do
    post "/v1/activities/$ACTIVITY/draws" "ten-$user" "{\"user_id\": \"$user-$RUN\", \"count\": 10}" >/dev/null
    post "/v1/activities/$ACTIVITY/draws" "six-$user" "{\"user_id\": \"$user-$RUN\", \"count\": 6}" >/dev/null
    call GET "/v1/activities/$ACTIVITY/quota?user_id=$user-$RUN"
done

# wait_for PATH TEXT: the answer of a GET once it holds the text.
wait_for() {
    tries=0
    until answered=$(call GET "$1") && printf '%s' "$answered" | grep -q "$2"; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || {
            printf 'GET %s never said %s: %s\n' "$1" "$2" "$answered" >&2
            return 1
        }
        sleep 0.2
    done
    printf '%s\n' "$answered"
}

say 'what needs nobody arrives; lamps are claimed and sent'
for user in ann bob cho; do
    call GET "/admin/goods?state=unclaimed&limit=100" | grep -o '"award_record_id":"[^"]*"[^{]*"user_id":"'"$user-$RUN"'"' |
        sed 's/^"award_record_id":"\([^"]*\)".*/\1/' | while read -r award; do
        call POST "/v1/awards/$award/claim" -H 'Content-Type: application/json' -d "{\"user_id\": \"$user-$RUN\",
            \"name\": \"$user\", \"phone\": \"+49 30 901820\", \"address\": [\"Way 1\", \"10115 Berlin\"]}" >/dev/null
        call POST "/admin/goods/$award/ship" -H 'Content-Type: application/json' -d "{\"tracking\": \"parcel of $user\"}"
    done
done
call GET "/admin/coupon-pools/$POOL"

say 'the activity closes and settles'
call POST "/admin/activities/$ACTIVITY/close"
wait_for "/v1/activities/$ACTIVITY" '"state":"settled"' >/dev/null
call GET "/admin/activities/$ACTIVITY/report"
call GET "/admin/activities/$ACTIVITY/settlements?limit=1"

say 'the books'
books=$(call GET /admin/reconciliation)
printf '%s\n' "$books"
[ "$(printf '%s' "$books" | field violations_total)" = 0 ]
say 'every invariant holds'
