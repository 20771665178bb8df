import type { Stage } from "../../jobs/times.ts";
import type { RunState } from "../record/run-status.ts";

/** The page in English. */
export const englishWords = {
  /** Language of the page, such as `en`. */
  lang: "en",
  all: "all",
  run: "run",
  runs: "runs",
  outcome: "outcome",
  gpuHours: "GPU-hours",
  cost: "cost",
  elapsed: "from first to last",
  medianQueue: "median queue",
  medianRun: "median run",
  made: "page made",
  tries: "try",
  stages: { queue: "queue", prepare: "prepare", run: "run" } satisfies Record<
    Stage["name"],
    string
  >,
  states: {
    succeeded: "succeeded",
    failed: "failed",
    stopped: "stopped",
    ended: "ended, outcome unknown",
    refused: "refused",
    lost: "lost",
    unknown: "unknown",
    running: "running",
    starting: "starting",
    queued: "queued",
    active: "active",
    waiting: "waiting",
  } satisfies Record<RunState, string>,
};

/** The words of a page, which may be in another language. They are ours, and go into the page as they are. */
export type HtmlWords = typeof englishWords;

/** The page in Simplified Chinese. */
export const chineseWords: HtmlWords = {
  lang: "zh-CN",
  all: "全部",
  run: "运行",
  runs: "运行数",
  outcome: "结果",
  gpuHours: "卡时",
  cost: "费用",
  elapsed: "从头到尾",
  medianQueue: "排队中位数",
  medianRun: "运行中位数",
  made: "页面生成于",
  tries: "第几次",
  stages: { queue: "排队", prepare: "准备", run: "运行" },
  states: {
    succeeded: "成功",
    failed: "失败",
    stopped: "已停止",
    ended: "已结束，结果未知",
    refused: "被拒绝",
    lost: "丢失",
    unknown: "未知",
    running: "运行中",
    starting: "启动中",
    queued: "排队中",
    active: "未结束",
    waiting: "等待提交",
  },
};
