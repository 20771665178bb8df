import type { CommandDefinition } from "../../context/command.ts";
import {
  access,
  allowDuplicate,
  connection,
  ending,
  json,
  limits,
  profile,
  requestTimeout,
  resultFiles,
  showSecrets,
  sweepLimits,
  watching,
} from "../../context/flags.ts";
import { type FlagDefinition, under } from "../../context/options.ts";

const wait: FlagDefinition = [
  "--wait",
  "Wait for the outcome and end with its exit code",
  "等待结果，并以它的退出码结束",
  { conflicts: ["--dry-run"] },
];

const logDir = [
  "--log-dir <folder>",
  "Keep each node's output in this folder of the shared disk (log_dir); off for none",
  "把每个节点的输出保存到共享盘的这个文件夹（log_dir）；off 表示不保存",
] as const;

/** What replaces a part of a spec before it is sent. */
const replacing: readonly FlagDefinition[] = [
  [
    "--set <path=value>",
    "Replace a value, such as task_priority=5; repeatable",
    "替换一个值，例如 task_priority=5；可重复",
  ],
  [
    "--env <name=value>",
    "Add or replace an environment variable; repeatable",
    "添加或替换环境变量；可重复",
  ],
  ["--name <name>", "Replace the job's name", "替换任务名称"],
];

const retries = [
  "--retries <count>",
  "Retry a failed job or run up to N times (default 0)",
  "失败的任务或运行最多重试 N 次（默认 0）",
] as const;

const note = [
  "--note <text>",
  "Keep this text with the job; qizhi status shows it",
  "与任务一起保存的备注；qizhi status 会显示",
] as const;

export const submitCommand: CommandDefinition = {
  usage: "submit <spec>",
  summary: {
    en: "Submit a job from a YAML or JSON spec, - for stdin",
    zh: "用 YAML 或 JSON 任务描述提交任务，- 表示标准输入",
  },
  options: [
    wait,
    ...under({ needs: ["--wait", "--local"] }, [...limits, ...ending]),
    ...under({ needs: ["--wait", "--local"], freeFor: "sweep" }, [retries, ...watching]),
    [
      "--follow",
      "Show what each node prints while waiting",
      "等待时显示每个节点的输出",
      { needs: ["--wait"], kinds: ["job"] },
    ],
    [
      "--via <host>",
      "Read it through ssh from a machine that has the disk",
      "通过 ssh 从挂载了共享盘的机器上读取",
      { needs: ["--follow"], kinds: ["job"] },
    ],
    ...replacing,
    profile,
    logDir,
    ["--allow-unknown", "Let keys through that this version does not know", "放行本版本不认识的键"],
    ...under({ conflicts: ["--dry-run", "--local"] }, [note]),
    [
      "--dry-run",
      "Check and print what would be sent; send nothing",
      "检查并打印将要发送的内容；不发送",
    ],
    ...under({ needs: ["--dry-run"] }, [showSecrets]),
    [
      "--yes",
      "Do not ask, also above confirm_over of the defaults",
      "不询问，超过默认值里的 confirm_over 也直接提交",
      { conflicts: ["--dry-run", "--local"] },
    ],
    ...under({ conflicts: ["--dry-run", "--local"] }, allowDuplicate),
    [
      "--local",
      "Run it on this machine, on a local platform; implies --wait",
      "在本机的本地平台上运行；包含 --wait",
      { conflicts: ["--dry-run"] },
    ],
    [
      "--matrix <name=values>",
      "Make a sweep: lr=1e-3,1e-4 for {{ matrix.lr }}; repeatable",
      "扫描：lr=1e-3,1e-4 对应 {{ matrix.lr }}；可重复",
    ],
    ...under({ kinds: ["sweep"] }, [
      ...sweepLimits,
      ...under({ conflicts: ["--dry-run"] }, resultFiles),
    ]),
    ...under({ conflicts: ["--local"] }, access),
    requestTimeout,
    json,
  ],
  examples: [
    "qizhi submit job.yaml --wait --timeout 2h",
    "qizhi submit job.yaml --set 'framework_config[0].instance_count=4' -- torchrun train.py",
  ],
  takesRest: true,
  load: async () => (await import("./submit.ts")).submit,
};

export const rerunCommand: CommandDefinition = {
  usage: "rerun [...jobs]",
  isBare: true,
  summary: {
    en: "Submit jobs again as they were submitted from here; of a sweep what is left",
    zh: "把从本机提交过的任务原样再提交一次；对扫描则提交剩余的运行",
  },
  options: [
    [
      "--failed",
      "Only what has failed; of a sweep also what was stopped or refused",
      "只重新提交失败的；对扫描还包括被停止或被拒绝的",
    ],
    [
      "--since <duration>",
      "What failed of the jobs submitted in this time, such as 1d",
      "这段时间内提交的任务中失败的，例如 1d",
      { needs: ["--failed"], conflicts: ["[...jobs]"] },
    ],
    [
      "--yes",
      "Do not ask before several are submitted, nor above confirm_over",
      "提交多个任务前，以及超过 confirm_over 时，都不询问",
      { kinds: ["jobs"] },
    ],
    wait,
    ...under({ needs: ["--wait"] }, [...limits, ...ending]),
    ...under({ needs: ["--wait"], freeFor: "sweep" }, [retries, ...watching]),
    ...under({ kinds: ["jobs"] }, [
      ...replacing,
      logDir,
      ...under({ conflicts: ["--dry-run"] }, [note]),
      ["--dry-run", "Print what would be sent; send nothing", "打印将要发送的内容；不发送"],
      ...under({ needs: ["--dry-run"] }, [showSecrets]),
    ]),
    ...under({ kinds: ["sweep"] }, [
      ...sweepLimits,
      ...resultFiles,
      [
        "--take-over",
        "Take a sweep from a process on another host that ran it minutes ago",
        "从几分钟前还在另一台主机上运行扫描的进程接手",
      ],
    ]),
    ...under({ conflicts: ["--dry-run"] }, allowDuplicate),
    ...connection,
    json,
  ],
  examples: [
    "qizhi rerun first --set task_priority=5",
    "qizhi rerun sweep-0f1e2d3c --failed --wait",
  ],
  takesRest: true,
  load: async () => (await import("./rerun.ts")).rerun,
};
