import type { ErrorWords } from "@qizhi/core/internal";

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
