#!/usr/bin/env bash
# Proves `cellfall batch --slurm` on a real Slurm: one controller and two workers on this machine, on
# 127.0.0.1 alone and without systemd. A study runs through it, one worker is killed on the way, and the result
# must be the same, byte for byte, as that of one local process.
#
# Needs root and Debian's packages, which it installs; touches nothing outside a directory of its own.
#
#     tests/slurm.sh [path of the program]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    printf 'tests/slurm.sh: %s\n' "$*" >&2
    for log in "${work:-/nonexistent}"/*.log "${work:-/nonexistent}"/cluster.shards/*.log; do
        [ -f "$log" ] && printf -- '-- %s\n' "$log" >&2 && tail -n 20 "$log" >&2
    done
    exit 1
}
trap 'die "line $LINENO failed"' ERR

[ "$(id -u)" -eq 0 ] || die "needs root, to install Slurm and to run its daemons"
program="$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/cellfall}")"
[ -x "$program" ] || die "$program: no such program; build it with cargo build"

needed=(slurmctld slurmd sbatch munged mungekey pgrep)
missing=()
for tool in "${needed[@]}"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || die "found no ${missing[*]} and no apt-get to install them"
    export DEBIAN_FRONTEND=noninteractive
    # The packages' own services must not start: this script has its own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq || die "apt-get update failed"
    apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge procps >/dev/null ||
        die "apt-get install failed"
fi

work="$(mktemp -d "${TMPDIR:-/tmp}/cellfall-slurm.XXXXXX")"
chmod 755 "$work"
mkdir -m 755 "$work/state" "$work/n1" "$work/n2" "$work/munge"
daemons=()
clean_up() {
    if [ ${#daemons[@]} -gt 0 ]; then
        kill -9 "${daemons[@]}" 2>/dev/null || true
        wait 2>/dev/null || true
    fi
    [ -n "${policy:-}" ] && rm -f "$policy"
    rm -rf "$work"
}
trap clean_up EXIT

# Wait until a command succeeds, for so many seconds at most.
await() {
    local what="$1" left=$((5 * $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || die "waited in vain until $what"
        sleep 0.2
    done
}

# Ports that nobody listens on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s' "$port"
}

mungekey --create --keyfile="$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" \
    --pid-file="$work/munge/pid" --seed-file="$work/munge/seed" --log-file="$work/munged.log" >"$work/munge.log" 2>&1 &
daemons+=($!)
await "munged answers" 30 test -S "$work/munge/socket"

host="$(uname -n | cut -d. -f1)"
cat >"$work/slurm.conf" <<CONF
ClusterName=proof
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge/socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=$(free_port)
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=5,bf_interval=5,defer
SlurmdParameters=config_overrides
ReturnToService=2
SlurmctldTimeout=300
SlurmdTimeout=300
InactiveLimit=0
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 RealMemory=1000 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$work/slurm.conf"
slurmctld -D -i >"$work/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D -N n1 >"$work/n1.log" 2>&1 &
daemons+=($!)
slurmd -D -N n2 >"$work/n2.log" 2>&1 &
worker=$!
daemons+=("$worker")
both_idle() { [ "$(sinfo -h -t idle -o %D)" = 2 ]; }
await "both workers are idle" 120 both_idle
printf 'Slurm %s with two workers on 127.0.0.1\n' "$(sbatch --version)"

cp scenarios/first-steps.yaml "$work/base.yaml"
cat >"$work/study.yaml" <<STUDY
base: base.yaml
design: {kind: paired}
factors:
- {name: soak, key: "rollout.stages[0].soak", levels: {kind: list, values: [5m, 30m]}}
- {name: install, key: "rollout.stages[0].install", levels: {kind: list, values: [5m, 10m]}}
replications: 60
STUDY
"$program" batch "$work/study.yaml" --out "$work/local" --quiet
read -r array merge < <("$program" batch "$work/study.yaml" --slurm --shards 5 --out "$work/cluster")
printf 'submitted array %s and merge %s\n' "$array" "$merge"

# The task that works on the second worker, once it has recorded a few runs.
caught() {
    task="$(squeue -h -r -j "$array" -t running -w n2 -o %K | head -n 1)"
    [ -n "$task" ] && [ "$(wc -l <"$work/cluster.shards/$task/journal.jsonl")" -gt 4 ]
}
await "a shard is at work on the second worker" 300 caught
job="$(squeue -h -r -j "$array" -t running -w n2 -o %A | head -n 1)"
[ -n "$job" ] || die "shard $task was over before its worker could be killed"

# The worker is lost: its daemon, the step's, and the shard itself, at one blow.
mapfile -t doomed < <(
    pgrep -f "slurmstepd: \[$job\." || true
    pgrep -f -- "--out $work/cluster.shards/$task( |\$)" || true
)
kill -9 "$worker" "${doomed[@]}"
wait "$worker" 2>/dev/null || true
runs="$(grep -c '"line":"run"' "$work/cluster.shards/$task/journal.jsonl" || true)"
printf 'killed the second worker in the middle of shard %s, after %s of its 48 runs\n' "$task" "$runs"
[ "$runs" -lt 48 ] || die "shard $task was complete before its worker was killed"
scontrol update NodeName=n2 State=DOWN Reason=killed

# Slurm lets a requeued task wait for two minutes; here it may start at once, and a new worker comes.
requeued() { scontrol show job "$job" | grep -q 'Restarts=1'; }
await "shard $task is requeued" 120 requeued
scontrol update JobId="$job" StartTime=now || true
slurmd -D -N n2 >"$work/n2-again.log" 2>&1 &
daemons+=($!)
scontrol update NodeName=n2 State=RESUME 2>/dev/null || true
# The job's end, not a file of it: a job still tidies up after its last file.
merged() { [ -f "$work/cluster/study.json" ] && [ -z "$(squeue -h -j "$merge")" ]; }
await "the study is merged" 600 merged
grep -q 'going on after' "$work/cluster.shards/shard-$task.log" ||
    die "shard $task began anew instead of going on"
diff -r "$work/local" "$work/cluster" || die "the cluster's result differs from the local one"
printf 'the result of the cluster is that of one local process, byte for byte\n'
