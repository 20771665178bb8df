import { type ErrorWords, localZone, toLocalTime } from "@qizhi/core/internal";
import { toChineseDuration } from "./zh-duration.ts";

type SubmitRule = Extract<
  keyof ErrorWords["input"],
  `create_${string}` | `journal_${string}` | `sweep_${string}`
>;

/** 不能提交或不能继续扫描的原因的简体中文说法。 */
export const submit: Pick<ErrorWords["input"], SubmitRule> = {
  create_doubled: ({ name, sentAt, reason, listUrl, attempt, sweep }) => {
    const at = Date.parse(sentAt);
    const ago = toChineseDuration(Math.max(1_000, Date.now() - at));
    const what = name === "" ? "一个记录已损坏的任务" : `“${name}”`;
    return {
      summary: `${what}已在 ${toLocalTime(at)}（${ago}前）从本机提交过，但无人知道该任务是否存在：${reason}`,
      hint: [
        ...(sweep === undefined
          ? []
          : [`它是扫描 ${sweep} 的一个运行：qizhi rerun ${sweep} --wait`]),
        `请在 ${listUrl} 上查找（以上时间为 ${localZone(at)}）`,
        `  任务在：  qizhi track <任务 ID> --for ${attempt}`,
        `  任务不在：qizhi forget ${attempt}`,
        "  然后再提交。加 --allow-duplicate 会立即提交，可能成为第二个任务。",
      ].join("\n"),
    };
  },
  create_under_way: ({ name, processId, host }) => ({
    summary: `另一个进程（${host === undefined ? "" : `${host} 上的 `}${processId}）正在发送“${name}”。没有发送任何内容。`,
    hint: "请等待它的结果。加 --allow-duplicate 会立即提交，成为第二个任务。",
  }),
  create_made_since: ({ name, jobId }) => ({
    summary: `“${name}”在此期间已再次提交，任务为 ${jobId}。没有发送任何内容。`,
    hint: "加 --allow-duplicate 会立即提交，成为另一个任务。",
  }),
  journal_record: ({ record, place }) => ({
    summary: `要写入历史记录的“${record}”记录里，“${place}”的值有误。没有写入。`,
  }),
  journal_damaged: ({ file, lines }) => ({
    summary: `历史记录 ${file} 有 ${lines} 行无法读取，其中可能有已创建任务的提交。没有发送任何内容。`,
    hint: "请在网页控制台查找 `qizhi list` 没有列出的任务，然后加 --allow-duplicate 继续；之后不会再为这些行询问。",
  }),
  sweep_unfinished: ({ sweep, runs, waiting, active, unknown, isHalted }) => {
    const counts = [
      [waiting, "个尚未提交"],
      [active, "个上次所见时未结束"],
      [unknown, "个结果未知"],
    ] as const;
    const said = counts.flatMap(([count, words]) => (count > 0 ? `${count} ${words}` : []));
    return {
      summary: `${sweep} 含有其中 ${runs} 个运行，且还没有结束：${said.join("，")}。没有发送任何内容。`,
      hint: [
        `  继续它：    qizhi rerun ${sweep} ${isHalted ? "--failed " : ""}--wait`,
        "  重新提交：  --allow-duplicate，可能成为第二次",
      ].join("\n"),
    };
  },
  sweep_unreadable: ({ sweep, reason }) => ({
    summary: `${sweep} 无法读取：${reason}。没有发送任何内容。`,
    hint: "`qizhi list` 会列出它的任务。加 --allow-duplicate 会重新提交，已有任务的运行会得到第二个任务。",
  }),
  sweep_damaged: ({ sweep, records }) => ({
    summary: `${sweep} 有 ${records} 条记录无法读取。没有发送任何内容。`,
    hint: "其运行的情况可能不全。请先用 `qizhi status` 查看，然后加 --allow-duplicate 继续。",
  }),
  sweep_taken_elsewhere: ({ sweep, processId, host }) => ({
    summary: `${host} 上的进程 ${processId} 正在运行 ${sweep}，或几分钟前还在运行。没有发送任何内容。`,
    hint: "请在那里结束它；它的任务会继续。如果它不可能还在运行，请加 --take-over 继续。",
  }),
  sweep_unknown: ({ sweep, file }) => ({ summary: `${file} 里没有扫描“${sweep}”。` }),
  sweep_elsewhere: ({ sweep, platform }) => ({
    summary: `${sweep} 是 ${platform} 的扫描。`,
    hint: "请连接到那个平台。",
  }),
  sweep_taken: ({ sweep, processId }) => ({
    summary: `进程 ${processId} 正在运行 ${sweep}。`,
    hint: "请先结束它；它的任务会继续。",
  }),
  sweep_stopped_since: ({ sweep }) => ({
    summary: `${sweep} 在此期间已被停止。没有发送任何内容。`,
    hint: `如仍要继续它：qizhi rerun ${sweep} --failed`,
  }),
  sweep_running: ({ sweep }) => ({
    summary: `本程序的另一个循环正在读取 ${sweep} 的事件。没有发送任何内容。`,
    hint: "请只用一个循环读取，或先离开那个循环；任务会继续。",
  }),
  sweep_setting: ({ name, value, least }) => ({
    summary: `${name} 是 ${value}，不是不小于 ${least} 的整数。`,
  }),
};

type SweepRule = Extract<keyof ErrorWords["spec"], `matrix_${string}`>;

const list = (names: readonly string[]) => names.join("、");

/** 扫描矩阵各种问题的简体中文说法。 */
export const sweepRules: Pick<ErrorWords["spec"], SweepRule> = {
  matrix_kind: () => "不是从名字到值列表的映射",
  matrix_name: () => "不能作变量名：只用字母、数字、_ 和 -，不以数字开头",
  matrix_list: ({ name }) => `不是值的列表，例如 ${name}: [1e-3, 1e-4]`,
  matrix_no_value: () => "是空的；请至少写一个值",
  matrix_scalar: () => "不是文本、数字或 true/false",
  matrix_value_twice: ({ value }) => `“${value}”在列表里出现两次`,
  matrix_unused: ({ name }) => `没有用到；请在任务描述的文本里写 {{ matrix.${name} }}`,
  matrix_unknown: ({ name, near, known }) => {
    const meant = near === undefined ? `矩阵里有 ${list(known)}` : `是不是 ${near}？`;
    return known.length === 0
      ? `{{ matrix.${name} }} 需要矩阵，但没有矩阵`
      : `{{ matrix.${name} }} 不在矩阵里；${meant}`;
  },
  matrix_template: ({ shown }) => `“${shown}”不是 {{ matrix.NAME }} 的形式`,
  matrix_entries: () => "不是由映射组成的列表",
  matrix_entry: () => "不是从名字到值的映射",
  matrix_entry_name: ({ known }) => `不在矩阵里；矩阵里有 ${list(known)}`,
  matrix_include_missing: ({ names }) => `缺少 ${list(names)}；每个加入的运行都要写全所有的值`,
  matrix_run_twice: () => "与另一个运行相同",
  matrix_excludes_nothing: () => "没有匹配矩阵的任何组合",
  matrix_sample_form: () => "既不是运行数，也不是含 runs（从 1 起）和 seed（从 0 起）的映射",
  matrix_sample_too_many: ({ combinations }) => `比全部 ${combinations} 个组合还多`,
  matrix_no_run: () => "没有留下任何运行",
  matrix_too_many: ({ runs, most }) =>
    `有 ${runs} 个组合，超过 ${most} 个；请用 sample 抽样或减少取值`,
  matrix_too_long: () => "填入矩阵的值之后超过 1 MiB",
  matrix_setting_form: () => "不是 NAME=value,value 的形式，例如 lr=1e-3,1e-4",
  matrix_key_quotes: () => '以 {{ 开头的文本要加引号："{{ matrix.NAME }}"',
};
