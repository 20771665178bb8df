import { type FlagDefinition, under } from "./options.ts";

/** Comes with `--json`. */
export const output: FlagDefinition = [
  "--output <format>",
  "text, json or yaml; --json is --output json",
  "text、json 或 yaml；--json 即 --output json",
  { isCommon: true },
];

/** Flags that choose the platform and the login. */
export const access = [
  [
    "--base-url <url>",
    "Address of the platform (QIZHI_BASE_URL)",
    "平台地址（QIZHI_BASE_URL）",
    { isCommon: true },
  ],
  [
    "--username <name>",
    "Login name (QIZHI_USERNAME); the password comes from QIZHI_PASSWORD",
    "用户名（QIZHI_USERNAME）；密码来自 QIZHI_PASSWORD",
    { isCommon: true },
  ],
  [
    "--account <name>",
    "Saved login to use (QIZHI_ACCOUNT); one in the environment wins",
    "使用哪个保存的登录（QIZHI_ACCOUNT）；环境变量里的登录优先",
    { isCommon: true },
  ],
] as const;

export const requestTimeout = [
  "--request-timeout <duration>",
  "Longest time of one request, its answer included (QIZHI_REQUEST_TIMEOUT, default 30s)",
  "单个请求连同回应的最长时间（QIZHI_REQUEST_TIMEOUT，默认 30s）",
  { isCommon: true },
] as const;

/** Flags of every command that talks to the platform. */
export const connection = [...access, requestTimeout] as const;

export const json = [
  "--json",
  "One JSON document on stdout",
  "在标准输出上给出一个 JSON 文档",
  { conflicts: ["--output"] },
] as const;

/** Chooses what a spec builds on. */
export const profile = [
  "--profile <name>",
  "Take what the spec leaves out from this profile of your defaults",
  "任务描述没有写的，取自默认值文件里的这个 profile",
] as const;

/** Shows what looks like a secret, which is `***` without it. */
export const showSecrets = [
  "--show-secrets",
  "Show values that look like secrets instead of ***",
  "显示看起来像密钥的值，而不是 ***",
] as const;

/** Flags that choose a set of jobs where none is named. */
export const selectors = under({ conflicts: ["[...jobs]"] }, [
  ["--name <pattern>", "Jobs of such a name, as in 'lr-*'", "名称匹配的任务，例如 'lr-*'"],
  [
    "--status <statuses>",
    "Jobs that are queued, running, …; several as queued,failed; active for all open ones",
    "处于这些状态的任务，例如 queued 或 queued,failed；active 表示所有未结束的",
  ],
  [
    "--since <duration>",
    "Jobs submitted in this time, such as 2d",
    "这段时间内提交的任务，例如 2d",
  ],
  [
    "--all",
    "All active jobs",
    "所有未结束的任务",
    { conflicts: ["--name", "--status", "--since"] },
  ],
]);

/** What follows a wait. */
export const ending = [
  [
    "--notify",
    "At the end, ring the terminal's bell and let it show a notification",
    "结束时让终端响铃并显示通知",
  ],
  [
    "--then <command>",
    "At the end, run this in a shell, with QIZHI_JOB_ID, QIZHI_JOB_STATUS, … as variables",
    "结束时在 shell 里运行它，变量有 QIZHI_JOB_ID、QIZHI_JOB_STATUS 等",
  ],
] as const;

/** Insists on a submit that may be a second one. */
export const allowDuplicate: readonly FlagDefinition[] = [
  [
    "--allow-duplicate",
    "Submit although an equal job may exist: one of unknown outcome, or of a sweep that is not over",
    "即使可能已有相同的任务（结果未知，或所属扫描未结束），也提交",
  ],
  [
    "--again",
    "Earlier name of --allow-duplicate",
    "--allow-duplicate 的旧名",
    { replacedBy: "--allow-duplicate" },
  ],
];

/** Limits of a wait. */
export const limits = [
  [
    "--timeout <duration>",
    "End the wait after this long, such as 2h; jobs go on",
    "等待的上限，例如 2h；任务仍会继续",
  ],
  [
    "--queue-timeout <duration>",
    "End the wait when a job is still queued after this long",
    "有任务排队超过这个时间就结束等待",
  ],
] as const;

/** How a wait treats failures, polls and interrupts. */
export const watching = [
  [
    "--error-budget <duration>",
    "End the wait when nothing is heard for this long (default 10m)",
    "这么久没有任何消息就结束等待（默认 10m）",
    { isCommon: true },
  ],
  [
    "--poll-interval <duration>",
    "Shortest pause between two looks (default 1s)",
    "两次查询之间的最短间隔（默认 1s）",
    { isCommon: true },
  ],
  [
    "--on-interrupt <what>",
    "What Ctrl-C does to the job: leave (default) or stop",
    "Ctrl-C 对任务做什么：leave 保留（默认）或 stop 停止",
    { choices: ["leave", "stop"] },
  ],
] as const;

/** Where the result of a sweep goes besides stdout. */
export const resultFiles = [
  [
    "--csv <file>",
    "Write the runs as CSV: parameters, outcome, times, GPU-hours, cost",
    "把各运行写成 CSV：参数、结果、时间、卡时、费用",
  ],
  ["--markdown <file>", "Write the runs as a Markdown table", "把各运行写成 Markdown 表格"],
] as const;

/** How much of a sweep runs at once, and what follows a failed run. */
export const sweepLimits = [
  ["--max-active <count>", "Maximum jobs at once (sweep)", "同时最多多少个任务（扫描）"],
  ["--max-gpus <count>", "Maximum GPUs at once (sweep)", "同时最多多少个 GPU（扫描）"],
  ["--fail-fast", "Stop everything at the first failure (sweep)", "第一个失败就全部停止（扫描）"],
  [
    "--rate <count>",
    "Most requests a second, shared by all processes of this user (sweep, default 3)",
    "每秒最多多少个请求，本用户的所有进程共用（扫描，默认 3）",
    { isCommon: true },
  ],
] as const;

/** Shows what was last seen, without a request. */
export const offline = [
  "--offline",
  "Ask nobody: show active jobs as last seen",
  "不查询平台：未结束的任务按上次所见显示",
] as const;

/** The flags that only the help of the program shows. */
export const commonFlags: readonly FlagDefinition[] = [
  ["-o, --output <format>", output[1], output[2]],
  ...connection,
  ...[...watching, ...sweepLimits].filter(([, , , terms]) => terms && "isCommon" in terms),
];
