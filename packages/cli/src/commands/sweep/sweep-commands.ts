import type { CommandDefinition } from "../../context/command.ts";
import {
  access,
  allowDuplicate,
  connection,
  json,
  limits,
  offline,
  requestTimeout,
  resultFiles,
  sweepLimits,
  watching,
} from "../../context/flags.ts";
import { under } from "../../context/options.ts";

export const sweepCommand: CommandDefinition = {
  // cac knows commands of one word only.
  usage: "sweep <action> [id]",
  isEarlier: true,
  summary: {
    en: "List sweeps, show one, or resume one whose process has ended: list, show, resume",
    zh: "列出扫描、显示一个，或继续进程已结束的扫描：list、show、resume",
  },
  actions: ["list", "show", "resume"],
  options: [
    ...under({ kinds: ["resume"] }, [
      ["--wait", "Wait for all outcomes (resume)", "等待全部结果（resume）"],
      [
        "--failed",
        "Go on although it was halted; submit again what failed, was stopped or refused (resume)",
        "即使已中止也继续；重新提交失败、被停止或被拒绝的运行（resume）",
      ],
      ["--anew", "Earlier name of --failed", "--failed 的旧名", { replacedBy: "--failed" }],
      ...allowDuplicate,
      [
        "--take-over",
        "Take it from a process on another host that ran it minutes ago (resume)",
        "从几分钟前还在另一台主机上运行它的进程接手（resume）",
      ],
    ]),
    ...under({ kinds: ["list", "show"] }, [offline]),
    ...under({ kinds: ["resume"] }, [
      ...sweepLimits.slice(0, 2),
      [
        "--retries <count>",
        "Retry a failed run up to N times (sweep, default 0)",
        "失败的运行重试多少次（扫描，默认 0）",
      ],
      ...sweepLimits.slice(2),
    ]),
    ...under({ kinds: ["show", "resume"] }, resultFiles),
    ...under({ kinds: ["resume"], needs: ["--wait"] }, limits),
    ...under({ kinds: ["resume"] }, watching),
    ...connection,
    json,
  ],
  examples: ["qizhi sweep list", "qizhi sweep resume sweep-0f1e2d3c --wait"],
  load: async () => (await import("./sweep.ts")).sweep,
};

export const reportCommand: CommandDefinition = {
  usage: "report <sweep> [file]",
  summary: {
    en: "Write a sweep as one HTML page: timeline, outcomes, totals",
    zh: "把扫描写成一个 HTML 页面：时间线、结果、合计",
  },
  options: [
    ["--force", "Replace the file if it is there", "文件已存在时覆盖它"],
    offline,
    // They choose what @last is also where nothing is sent.
    ...access,
    ...under({ conflicts: ["--offline"] }, [requestTimeout]),
  ],
  examples: ["qizhi report sweep-0f1e2d3c", "qizhi report sweep-0f1e2d3c night.html --force"],
  load: async () => (await import("./sweep.ts")).report,
};
