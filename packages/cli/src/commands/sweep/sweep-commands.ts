import type { CommandDefinition } from "../../context/command.ts";
import { connection, json, limits, under, watching } from "../../context/flags.ts";

/** Where the result of a sweep goes besides stdout. */
const files = [
  [
    "--csv <file>",
    "Write the runs as CSV: parameters, outcome, times, GPU-hours, cost",
    "把各运行写成 CSV：参数、结果、时间、GPU 时、费用",
  ],
  ["--markdown <file>", "Write the runs as a Markdown table", "把各运行写成 Markdown 表格"],
] as const;

/** What a sweep may do at once, and when a run fails. */
const sweepLimits = [
  ["--max-active <count>", "Most jobs in flight (sweep)", "同时最多多少个任务（扫描）"],
  ["--max-gpus <count>", "Most GPUs in flight (sweep)", "同时最多多少个 GPU（扫描）"],
  [
    "--retries <count>",
    "Try a failed run again so many times (sweep, default 0)",
    "失败的运行重试多少次（扫描，默认 0）",
  ],
  ["--fail-fast", "Stop everything at the first failure (sweep)", "第一个失败就全部停止（扫描）"],
  [
    "--rate <count>",
    "Most requests a second, shared by all processes of this user (sweep, default 3)",
    "每秒最多多少个请求，本用户的所有进程共用（扫描，默认 3）",
  ],
] as const;

/** The options of a submit that make it a sweep or belong to one. */
export const sweepOptions = [
  [
    "--matrix <name=values>",
    "Make a sweep: lr=1e-3,1e-4 for {{ matrix.lr }}; repeatable",
    "扫描：lr=1e-3,1e-4 对应 {{ matrix.lr }}；可重复",
  ],
  ...under({ kinds: ["sweep"] }, [...sweepLimits, ...files]),
] as const;

const offline = [
  "--offline",
  "Ask nobody: show active jobs as last seen",
  "不查询平台：未结束的任务按上次所见显示",
] as const;

/** The commands about sweeps. */
export const sweepCommands: readonly CommandDefinition[] = [
  {
    // cac knows commands of one word only.
    usage: "sweep <action> [id]",
    summary: {
      en: "List sweeps, show one, or resume one whose process has ended: list, show, resume",
      zh: "列出扫描、显示一个，或继续进程已结束的扫描：list、show、resume",
    },
    actions: ["list", "show", "resume"],
    options: [
      ["--wait", "Wait for all outcomes (resume)", "等待全部结果（resume）", { kinds: ["resume"] }],
      [
        "--anew",
        "Go on although it was halted; make again what failed, was stopped or refused (resume)",
        "即使已中止也继续；重新创建失败、被停止或被拒绝的运行（resume）",
        { kinds: ["resume"] },
      ],
      [
        "--again",
        "Go on although equal jobs may exist or records are damaged (resume)",
        "即使可能已有相同的任务，或有记录损坏，也继续（resume）",
        { kinds: ["resume"] },
      ],
      [
        "--take-over",
        "Take it from a process on another host that ran it minutes ago (resume)",
        "从几分钟前还在另一台主机上运行它的进程接手（resume）",
        { kinds: ["resume"] },
      ],
      ...under({ kinds: ["list", "show"] }, [offline]),
      ...under({ kinds: ["resume"] }, sweepLimits),
      ...under({ kinds: ["show", "resume"] }, files),
      ...under({ kinds: ["resume"], needs: ["--wait"] }, limits),
      ...under({ kinds: ["resume"] }, watching),
      ...connection,
      json,
    ],
    examples: ["qizhi sweep list", "qizhi sweep resume sweep-0f1e2d3c --wait"],
    load: async () => (await import("./sweep.ts")).sweep,
  },
  {
    usage: "report <sweep> [file]",
    summary: {
      en: "Write a sweep as one HTML page: timeline, outcomes, totals",
      zh: "把扫描写成一个 HTML 页面：时间线、结果、合计",
    },
    options: [
      ["--force", "Replace the file if it is there", "文件已存在时覆盖它"],
      offline,
      ...connection,
    ],
    examples: ["qizhi report sweep-0f1e2d3c", "qizhi report sweep-0f1e2d3c night.html --force"],
    load: async () => (await import("./report.ts")).report,
  },
];
