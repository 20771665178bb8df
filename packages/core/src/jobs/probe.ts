import type { JobSpec } from "../schemas/job-spec.ts";
import { toFinding, toNodeForm, type WireFinding } from "./wire-report.ts";

const variables = [
  "MASTER_ADDR",
  "MASTER_PORT",
  "PET_MASTER_ADDR",
  "PET_NNODES",
  "PET_NODE_RANK",
  "PET_NPROC_PER_NODE",
  "RANK",
  "WORLD_SIZE",
  "MY_POD_NAME",
  "HOSTNAME",
];
const tools = [
  "bash",
  "tee",
  "mkfifo",
  "stdbuf",
  "timeout",
  "awk",
  "find",
  "sha256sum",
  "nvidia-smi",
  "torchrun",
];

/** What each node of the probe runs: it prints what a node has, by names alone, and ends. */
export const probeCommand = `echo "probe node begins"
for name in ${variables.join(" ")}; do
  eval "value=\\\${$name-}"
  if [ -n "$value" ]; then echo "probe variable $name"; fi
done
echo "probe count \${PET_NNODES-none} \${PET_NODE_RANK-none} \${WORLD_SIZE-none} \${RANK-none}"
echo "probe hostname $(hostname 2> /dev/null)"
for tool in ${tools.join(" ")}; do
  if command -v $tool > /dev/null 2>&1; then echo "probe tool $tool"; fi
done
echo "probe shell $(basename "$(readlink /proc/$$/exe 2> /dev/null)")"
if [ -d /inspire ]; then echo "probe inspire"; fi
echo "probe node ends"
sleep 5
`;

/** The smallest job that settles the open questions: two nodes of a spec that works, for five minutes at most. */
export function toProbeSpec(spec: JobSpec): JobSpec {
  const [config] = spec.framework_config;
  const {
    name: _name,
    command: _command,
    envs: _envs,
    extra: _extra,
    dataset_info: _data,
    ...rest
  } = spec;
  return {
    ...rest,
    name: "qizhi-probe",
    command: probeCommand,
    framework_config: config ? [{ ...config, instance_count: 2 }] : [],
    max_running_time_ms: "300000",
    auto_fault_tolerance: undefined,
    fault_tolerance_max_retry: undefined,
    fault_tolerance_retry_interval_sec: undefined,
    reserve_on_fail_ms: undefined,
    reserve_on_success_ms: undefined,
    tb_summary_path: undefined,
  };
}

/** Holds the facts about a job's inside against what the probe printed, in the log of all nodes or of some. */
export function reportProbe(log: string): WireFinding[] {
  const lines = log.split(/\r?\n/).flatMap((line) => /\bprobe ([a-z]+ ?.*)$/.exec(line)?.[1] ?? []);
  const nodes = lines.filter((line) => line === "node begins").length;
  const of = (word: string) =>
    lines
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1).trim());
  const say = (expected: string, seen: string[], holds: (each: string) => boolean) =>
    toFinding(
      "6",
      expected,
      [...new Set(seen)].join("; "),
      seen.length === 0 ? undefined : seen.every(holds),
    );
  const variableFindings = variables.map((name) => {
    const count = of("variable").filter((each) => each === name).length;
    const holds = nodes === 0 ? undefined : count === nodes;
    return toFinding("6", `each node finds ${name}`, `on ${count} of ${nodes} nodes`, holds);
  });
  const counts = of("count").filter((line) => /^(?:(?:\d{1,4}|none) ?){4}$/.test(line));
  const shells = of("shell").filter((name) => /^[a-z]{1,10}$/.test(name));
  const here = tools.filter((tool) => of("tool").filter((each) => each === tool).length === nodes);
  return [
    ...variableFindings,
    say(
      "PET_NNODES and WORLD_SIZE count nodes, PET_NODE_RANK and RANK are the node",
      counts,
      (line) => /^2 ([01]) 2 \1$/.test(line),
    ),
    say("hostname is the name of the node", of("hostname").map(toNodeForm), (form) =>
      form.endsWith("N"),
    ),
    say("the command is run by dash", shells, (name) => name === "dash"),
    say("bash and tee are there", nodes === 0 ? [] : [here.join(", ") || "none"], () =>
      ["bash", "tee"].every((tool) => here.includes(tool)),
    ),
    say(
      "/inspire is there",
      nodes === 0 ? [] : [lines.includes("inspire") ? "yes" : "no"],
      (each) => each === "yes",
    ),
  ];
}
