# Tells what became of a transaction, in one word, and makes sure that one which has not come to its
# claim yet never will. In front stand id and run.
mkdir -p "$run" && : >"$run/void.$id" || exit $NO_FOLDER
if look_at_claim && [ "$claim_id" = "$id" ] && [ ! -d "$run/$id" ]; then
  echo claimed
  exit 0
fi
if [ -e "$run/$id/pending" ]; then
  echo pending
elif [ -e "$run/$id/going-back" ]; then
  echo going-back
elif [ -e "$run/$id/kept" ]; then
  echo kept
else
  ended_id='' ended_as=''
  if [ -e "$run/ended" ]; then read -r ended_id ended_as <"$run/ended"; fi
  if [ "$ended_id" = "$id" ]; then echo "$ended_as"; else echo unknown; fi
fi
