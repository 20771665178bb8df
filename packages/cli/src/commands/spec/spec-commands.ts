import type { FlagDefinition } from "../../context/options.ts";
import type { CommandDefinition } from "../../context/command.ts";
import {
  access,
  allowDuplicate,
  connection,
  ending,
  json,
  jobRetries,
  limits,
  noteFlag,
  profile,
  requestTimeout,
  resultFiles,
  showSecrets,
  sweepLimits,
  under,
  watching,
  sweepFlags,
} from "../../context/flags.ts";

const wait: FlagDefinition = [
  "--wait",
  "Wait for the outcome and end with its exit code",
  "等待结果，并以它的退出码结束",
  { conflicts: ["--dry-run"] },
];

/** Flags of a wait that also shows what the job prints. */
const following = [
  ["--follow", "Show what each node prints while waiting", "等待时显示每个节点的输出"],
  [
    "--via <host>",
    "Read it through ssh from a machine that has the disk",
    "通过 ssh 从挂载了共享盘的机器上读取",
  ],
] as const;

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

export const submitCommand: CommandDefinition = {
  usage: "submit <spec>",
  summary: {
    en: "Submit a job from a YAML or JSON spec, - for stdin",
    zh: "用 YAML 或 JSON 任务描述提交任务，- 表示标准输入",
  },
  options: [
    wait,
    ...under({ needs: ["--wait", "--local"] }, [...limits, ...ending]),
    ...under({ needs: ["--wait", "--local"], freeFor: "sweep" }, [jobRetries]),
    ...under({ needs: ["--wait", "--local"], freeFor: "sweep" }, watching),
    ...under({ needs: ["--wait"], kinds: ["job"] }, [following[0]]),
    ...under({ needs: ["--follow"], kinds: ["job"] }, [following[1]]),
    ...replacing,
    profile,
    logDir,
    ["--allow-unknown", "Let keys through that this version does not know", "放行本版本不认识的键"],
    ...under({ conflicts: ["--dry-run", "--local"] }, [noteFlag]),
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
    ...sweepFlags,
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

export const initCommand: CommandDefinition = {
  usage: "init [file]",
  summary: {
    en: "Write a first spec with comments; asks for what it needs, offers what was used before",
    zh: "写出带注释的第一份任务描述；询问所需内容，并给出用过的值",
  },
  options: [
    [
      "--set <path=value>",
      "Answer a question here, such as task_priority=5; repeatable",
      "直接给出答案，例如 task_priority=5；可重复",
    ],
    ["--env <name=value>", "Add an environment variable; repeatable", "添加环境变量；可重复"],
    ["--name <name>", "The job's name", "任务名称"],
    [
      "--profile <name>",
      "Build on this profile of your defaults; a new one gets the answers",
      "以默认值文件里的这个 profile 为基础；新的 profile 则用答案写成",
    ],
    [
      "--yes",
      "Ask nothing: take what was sent last and the defaults",
      "不询问：沿用上次发送的内容和默认值",
    ],
    ["--force", "Replace the file if it is there", "文件已存在时覆盖它"],
    ...access,
  ],
  examples: ["qizhi init job.yaml", "qizhi init next.yaml --yes --name next --set task_priority=5"],
  load: async () => (await import("./init.ts")).init,
};

export const validateCommand: CommandDefinition = {
  usage: "validate [...specs]",
  summary: {
    en: "Check specs and name every problem; sends nothing",
    zh: "检查任务描述，指出每个问题；不发送",
  },
  options: [
    ["--strict", "Count warnings as errors", "把警告当作错误"],
    [
      "--set <path=value>",
      "Replace a value before the check; repeatable",
      "检查前替换一个值；可重复",
    ],
    profile,
    ["--allow-unknown", "Let keys through that this version does not know", "放行本版本不认识的键"],
    showSecrets,
    json,
  ],
  examples: ["qizhi validate job.yaml", "qizhi validate jobs/*.yaml --strict --json"],
  load: async () => (await import("./validate.ts")).validate,
};

export const schemaCommand: CommandDefinition = {
  usage: "schema",
  summary: { en: "Print the JSON Schema of a job spec", zh: "打印任务描述的 JSON Schema" },
  options: [json],
  examples: ["qizhi schema > job-spec.schema.json", "qizhi schema --output yaml"],
  load: async () => (await import("./schema.ts")).schema,
};

export const cloneCommand: CommandDefinition = {
  usage: "clone <job> [file]",
  summary: {
    en: "Write the spec that would make a job again, also one made in the web console",
    zh: "写出能再次创建某个任务的描述，也包括在网页上创建的任务",
  },
  options: [
    [
      "--force",
      "Replace the file or profile if it is there",
      "文件或 profile 已存在时覆盖它",
      { needs: ["[file]", "--profile"] },
    ],
    [
      "--profile <name>",
      "Write all but name and command as a profile into .qizhi/defaults.yaml",
      "把名称和命令以外的内容作为 profile 写入 .qizhi/defaults.yaml",
      { conflicts: ["[file]", "--json", "--output"] },
    ],
    ...connection,
    ...under({ conflicts: ["[file]", "--output"] }, [json]),
  ],
  examples: ["qizhi clone @last again.yaml --force", "qizhi clone @last --profile h100"],
  load: async () => (await import("./clone.ts")).clone,
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
    ...under({ needs: ["--wait"], freeFor: "sweep" }, [jobRetries, ...watching]),
    ...under({ kinds: ["jobs"] }, [
      ...replacing,
      logDir,
      ...under({ conflicts: ["--dry-run"] }, [noteFlag]),
      ["--dry-run", "Print what would be sent; send nothing", "打印将要发送的内容；不发送"],
      ...under({ needs: ["--dry-run"] }, [showSecrets]),
    ]),
    ...under({ kinds: ["sweep"] }, [
      ...sweepLimits.filter(([flag]) => flag !== jobRetries[0]),
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

export const diffCommand: CommandDefinition = {
  usage: "diff <job> <other>",
  summary: {
    en: "Show in which fields two jobs differ that were submitted from here",
    zh: "显示从本机提交的两个任务有哪些字段不同",
  },
  options: [...access, json],
  examples: ["qizhi diff @2 @last", "qizhi diff @2 @last --json"],
  load: async () => (await import("./diff.ts")).diff,
};

export const idsCommand: CommandDefinition = {
  usage: "ids [action] [id] [name]",
  summary: {
    en: "List the names that stand for ids in specs; add, forget, export or import them",
    zh: "列出任务描述里可以代替 id 的名字；或 add、forget、export、import",
  },
  actions: ["list", "add", "forget", "export", "import"],
  options: [
    ["--force", "Replace the file if it is there", "文件已存在时覆盖它", { kinds: ["export"] }],
    ...access,
    ...under({ kinds: ["list"] }, [json]),
  ],
  examples: ["qizhi ids", "qizhi ids add lcg-11111111-1111-4111-8111-111111111111 H100"],
  load: async () => (await import("./ids.ts")).ids,
};
