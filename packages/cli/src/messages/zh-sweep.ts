import type { SpecRule, SpecRuleParams } from "@qizhi/core";

type SweepRule = Extract<SpecRule, `matrix_${string}`>;

const list = (names: readonly string[]) => names.join("、");

/** 参数组合（matrix）各种问题的简体中文说法。 */
export const sweepRules: { [Rule in SweepRule]: (params: SpecRuleParams<Rule>) => string } = {
  matrix_kind: () => "不是从名称到值列表的映射",
  matrix_name: () => "不能作变量名：只能用字母、数字、_ 和 -，且不以数字开头",
  matrix_list: ({ name }) => `不是值的列表，例如 ${name}: [1e-3, 1e-4]`,
  matrix_no_value: () => "是空的；请至少写一个值",
  matrix_scalar: () => "不是文本、数字、true 或 false",
  matrix_value_twice: ({ value }) => `“${value}”在列表里写了两次`,
  matrix_unused: ({ name }) => `没有用到；请在任务描述的文本里写 {{ matrix.${name} }}`,
  matrix_unknown: ({ name, near, known }) => {
    if (known.length === 0) return `{{ matrix.${name} }} 需要 matrix，但没有写`;
    const meant = near === undefined ? `matrix 里有 ${list(known)}` : `是不是想写 ${near}？`;
    return `matrix 里没有 {{ matrix.${name} }}；${meant}`;
  },
  matrix_template: ({ shown }) => `“${shown}”不是 {{ matrix.NAME }} 的形式`,
  matrix_entries: () => "不是由“名称到值的映射”组成的列表",
  matrix_entry: () => "不是从名称到值的映射",
  matrix_entry_name: ({ known }) => `不在 matrix 里，matrix 有 ${list(known)}`,
  matrix_include_missing: ({ names }) => `缺少 ${list(names)}；额外加入的一次要写出每个值`,
  matrix_excludes_nothing: () => "没有匹配 matrix 的任何组合",
  matrix_sample_form: () => "不是次数，也不是含 runs 和 seed 的映射（整数，分别从 1 和 0 起）",
  matrix_sample_too_many: ({ combinations }) => `超过全部 ${combinations} 种组合`,
  matrix_no_run: () => "一次也不剩",
  matrix_too_many: ({ runs, most }) => `有 ${runs} 种组合，超过 ${most} 种；请抽样，或减少值的个数`,
  matrix_setting_form: () => "不是 NAME=value,value 的形式，例如 lr=1e-3,1e-4",
  matrix_key_quotes: () => '以 {{ 开头的文本要加引号："{{ matrix.NAME }}"',
};
