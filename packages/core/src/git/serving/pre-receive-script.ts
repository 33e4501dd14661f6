/** Names the folder of one push to its hooks: what it may, and what came of it. */
export const pushFolderVariable = 'GITFERRY_PUSH'

/** In the folder of a push: the rules of who pushes (`ruleLines` of `core/protection`), made before git starts. */
export const rulesFile = 'rules'
/** In the folder of a push: what the hook has to say of its refs, and what history is still to be asked. */
const weighedFile = 'weighed'
/** In the folder of a push: there once a rule has refused it. */
export const refusedFile = 'refused'
/** In the folder of a push: there once the hook has let it pass, and refs are about to be moved. */
export const passedFile = 'passed'
/** In the folder of a push: `<old> <new> <ref>` of each ref that was moved. */
export const movedFile = 'moved'

/** How many refused refs of one push are named. */
const named = 20

/**
 * Weighs the names of all refs of a push in one process: reads the rules once, and `<old> <new> <ref>` a line, and prints
 * `refuse <why>`, or, where all depends on history, `follow <old> <new> <name>`. POSIX awk, bytes only. A name is matched
 * part by part, so that no character but `*` means anything and no pattern takes long.
 */
const weigh = `
function word() {
  at = index(line " ", " ")
  found = substr(line, 1, at - 1)
  line = substr(line, at + 1)
  return found
}
function split_pattern(rule, pattern) {
  parts[rule] = 0
  while (at = index(pattern, "*")) {
    part[rule, ++parts[rule]] = substr(pattern, 1, at - 1)
    pattern = substr(pattern, at + 1)
  }
  part[rule, ++parts[rule]] = pattern
}
function ends(text, tail) {
  return length(text) >= length(tail) && substr(text, length(text) - length(tail) + 1) == tail ""
}
function matches(name, rule, step) {
  if (parts[rule] == 1) return name "" == part[rule, 1] ""
  if (substr(name, 1, length(part[rule, 1])) != part[rule, 1] "") return 0
  name = substr(name, length(part[rule, 1]) + 1)
  for (step = 2; step < parts[rule]; step++) {
    if (part[rule, step] == "") continue
    at = index(name, part[rule, step])
    if (!at) return 0
    name = substr(name, at + length(part[rule, step]))
  }
  return ends(name, part[rule, parts[rule]])
}
# the first refusal of a rule of the kind into refusal; whether any matches
function weigh(kind, name, rule, found) {
  refusal = ""
  found = 0
  for (rule = 1; rule <= rules; rule++) {
    if (kinds[rule] != kind || !matches(name, rule)) continue
    found = 1
    if (why[rule] == "-") continue
    refusal = why[rule]
    break
  }
  return found
}
function is_zero(oid) { return oid !~ /[^0]/ }
BEGIN {
  file = ENVIRON["${pushFolderVariable}"] "/${rulesFile}"
  while ((got = (getline line < file)) > 0) {
    kinds[++rules] = word()
    split_pattern(rules, word())
    why[rules] = line
  }
  if (got < 0) exit 1
}
{
  line = $0
  old = word(); new = word(); ref = line
  if (ref ~ /^refs\\/(gitferry|remotes)(\\/|$)/) {
    print "refuse " ref " cannot be pushed: gitferry keeps names like this for itself."
  } else if (index(ref, "refs/heads/") == 1) {
    name = substr(ref, 12)
    if (!weigh("branch", name)) next
    if (is_zero(new)) print "refuse " name " is protected: it cannot be deleted."
    else if (refusal != "") print "refuse " name " is protected: " refusal "."
    else if (!is_zero(old)) print "follow " old " " new " " name
  } else if (index(ref, "refs/tags/") == 1) {
    name = substr(ref, 11)
    if (!weigh("tag", name) || refusal == "") next
    verb = is_zero(new) ? "delete" : is_zero(old) ? "create" : "move"
    at = index(refusal, "VERB")
    print "refuse " name " is protected: " substr(refusal, 1, at - 1) verb substr(refusal, at + 4) "."
  }
}
`

/**
 * The `pre-receive` hook of hosted repositories (githooks(5)): refuses a whole push for one ref that the rules refuse, and
 * says why in the words of `refusalOf` in `core/protection`. POSIX sh and awk: one process for all names, whatever the
 * number of refs and rules, and one more for each protected branch that is moved.
 */
export const preReceiveScript = `#!/bin/sh
# gitferry: says whether a push may happen
LC_ALL=C
export LC_ALL
push=\${${pushFolderVariable}:?}
weighed=$push/${weighedFile}
if [ ! -r "$push/${rulesFile}" ] || ! awk '${weigh}' >"$weighed"; then
  echo "gitferry: the rules of this repository cannot be read. Try again." >&2
  exit 1
fi

refused=0
refuse() {
  refused=$((refused + 1))
  [ "$refused" -gt ${named} ] || printf '%s\\n' "$1" >&2
}

while read -r does what; do
  if [ "$does" = refuse ]; then
    refuse "$what"
    continue
  fi
  old=\${what%% *} what=\${what#* }
  new=\${what%% *} name=\${what#* }
  git merge-base --is-ancestor "$old" "$new" </dev/null >/dev/null 2>&1 ||
    refuse "$name is protected: its history cannot be rewritten (fetch and merge first)."
done <"$weighed"

if [ "$refused" -eq 0 ]; then
  : >"$push/${passedFile}"
  exit 0
fi
[ "$refused" -gt ${named} ] && printf '%s\\n' "... and $((refused - ${named})) more." >&2
echo "Nothing was pushed." >&2
: >"$push/${refusedFile}"
exit 1
`

/** The `post-receive` hook: tells gitferry which refs were moved. */
export const postReceiveScript = `#!/bin/sh
# gitferry: tells which refs a push has moved
cat >"\${${pushFolderVariable}:?}/${movedFile}"
`
