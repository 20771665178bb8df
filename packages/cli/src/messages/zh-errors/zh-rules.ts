import type { ErrorWords, FactsOf } from "@qizhi/core/internal";
import { sweepRules } from "./zh-submit.ts";
import { textRules } from "./zh-text-rules.ts";

const idPlaces: Record<FactsOf<"spec", "id_form">["place"], string> = {
  address_bar: "就是网页控制台地址栏里的 spaceId",
  detail: "在任何任务的详情里",
};

const fieldNotes: Record<NonNullable<FactsOf<"spec", "missing">["field"]>, string> = {
  command: "每个节点上运行的 shell 命令",
  dataset_id: "网页控制台里数据集的编码",
  env_name: "变量名",
  framework: "请写 pytorch",
  framework_config: "一个列表，含一项：image、image_type、instance_count、shm_gi、spec_id",
  image: "完整的镜像地址，host/namespace/name:tag",
  image_type: "SOURCE_OFFICIAL、SOURCE_PUBLIC 或 SOURCE_PRIVATE，与镜像在网页控制台里的分类一致",
  instance_count: "节点数",
  logic_compute_group_id: "lcg-…，在任何任务的详情里",
  name: "任务名称",
  path: "网页控制台检查后给出的路径",
  project_id: "project-…，在任何任务的详情里",
  shm_gi: "每个节点的共享内存，单位 GiB；0 表示不要",
  spec_id: "一个节点的规格，就是网页控制台创建的任务详情里的 quota_id",
  task_priority: "1 到 10，越大越优先；1 到 3 可能被抢占",
  value: '变量的内容；空内容请写 ""',
  version_id: "网页控制台里版本的编码",
  workspace_id: "ws-…，就是网页控制台地址栏里的 spaceId",
};

const kindNames: Record<FactsOf<"spec", "name_unknown">["idKind"], string> = {
  workspace: "工作空间",
  project: "项目",
  group: "计算组",
  node: "节点规格",
};

type WrongKind = FactsOf<"spec", "wrong_kind">;

const nouns: Record<WrongKind["came"], string> = {
  empty: "空值",
  text: "文本",
  integer: "整数",
  number: "数字",
  not_finite: "非有限的数",
  boolean: "true 或 false",
  list: "列表",
  mapping: "映射",
  fields: "由字段组成的映射",
  variables: "从变量名到值的映射",
  duration: "时长（例如 30m 或 2h）或毫秒数",
  something_else: "别的内容",
};

const fixes: Record<NonNullable<WrongKind["fix"]>, (shown: string) => string> = {
  without_quotes: (shown) => `请写 ${shown}，不加引号`,
  in_quotes: () => "请加上引号",
  true: () => "请写 true",
  false: () => "请写 false",
  one_line: () => "请写成一行文本",
  list_of_one: () => "请写成只有一项的列表",
};

function sayWrongKind({ came, shown, wanted, fix }: WrongKind): string {
  const what = shown === undefined ? nouns[came] : came === "text" ? `文本“${shown}”` : ` ${shown}`;
  const how = fix ? `：${fixes[fix](shown ?? "")}` : "";
  return `写的是${what}，需要${wanted.map((kind) => nouns[kind]).join("或")}${how}`;
}

/** 任务描述各种问题的简体中文说法。 */
export const spec: ErrorWords["spec"] = {
  ...sweepRules,
  ...textRules,
  empty: () => "是空的",
  no_entry: () => "是空的；请写一项，含 image、image_type、instance_count、shm_gi 和 spec_id",
  control_characters: () => "含有控制字符",
  image_blank: () => "含有空白；镜像是一个词，例如 host/namespace/name:tag",
  not_a_folder: () =>
    "不是绝对路径；请写共享盘上的文件夹，例如 /inspire/hdd/project/demo/public/logs，或 off",
  folder_variable: () => "会原样使用，其中的 $ 不会替换成变量的值；请写出完整路径",
  control_character: () => "含有控制字符",
  nul_character: () => "含有 NUL 字符",
  no_node: () => "小于 1；它是节点数",
  negative_shm: () => "是负数；它是每个节点的共享内存，单位 GiB",
  negative: () => "是负数",
  too_many_restarts: () => "超过 10，最多重启 10 次",
  restarts_missing: () => "在 auto_fault_tolerance 为 true 时必须写：重启 1 到 10 次",
  priority_range: () => "不在 1 到 10 之内（越大越优先）",
  capitals: () => "含有大写字母；平台的名称都是小写，例如 pytorch",
  id_cut_off: ({ length, wholeLength, place }) =>
    `不完整：${wholeLength} 个字符中只有 ${length} 个；请复制完整的 id，它${idPlaces[place]}`,
  id_form: ({ prefix, place }) =>
    `不是 ${prefix}xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx 的形式；它${idPlaces[place]}`,
  duration_form: () => "不是时长：请写毫秒数，或带单位的数，例如 90s、30m、2h、1d",
  duration_too_long: () => "作为时长太长了",
  hold_zero: () => "是 0，平台会拒绝（“retention time must be positive”）；不保留就不要写它",
  run_zero: () => "是 0；不设上限就不要写它",
  run_too_long: ({ longestMs }) =>
    `超过 ${longestMs} 毫秒（24 天 20 小时），平台的数据库会拒绝（错误 1264）`,
  field_of_page: () => "是任务描述自己的字段，请写在最外层，不要写在 extra 里",
  variable_name: () => "不是变量名：只能用字母、数字和 _，且不以数字开头",
  missing: ({ field }) => (field ? `没有写：${fieldNotes[field]}` : "没有写"),
  empty_spec: () => "是空的：任务描述要有 name、command 等字段",
  empty_value: ({ field }) => `是空的：${field ? fieldNotes[field] : "请写一个值，或去掉这个键"}`,
  not_a_choice: ({ value, choices, meant }) =>
    `写的是“${value}”，可选 ${choices.join("、")}${meant ? `；是不是想写 ${meant}？` : ""}`,
  wrong_kind: sayWrongKind,
  too_large: () => "太大",
  too_small: () => "太小",
  not_allowed: () => "不能写在这里",
  not_a_key: () => "不能作键",
  merge_key: () => "不支持合并键（<<）；请把字段写出来",
  unknown_key: () => "不认识的键",
  unknown_key_near: ({ meant }) => `不认识的键；是不是想写 ${meant}？`,
  unknown_key_elsewhere: ({ meant, isTop }) =>
    `这里不认识的键；是不是想写${isTop ? "顶层的" : ""} ${meant}？`,
  unknown_key_extra: ({ key }) =>
    `不在平台接口文档中；要原样发送，请写在 extra: 下（extra.${key}）`,
  more: ({ count }) => `另有 ${count} 个问题`,
  unreadable: ({ reason }) => `不能作为任务描述读取：${reason}`,
  masked: () => "里有代替密钥的 ***；请写上真正的值",
  not_json_value: () =>
    "不能写成 JSON：它是函数、symbol、bigint、非有限的数或 Map 之类的对象，或者引用了自己、嵌套太深",
  inexact_number: () => "是一个无法按原样发送的数；请加上引号",
  profile_none: ({ name }) =>
    `没有 profile “${name}”：默认值文件里没有 profiles（本文件夹或上层的 .qizhi/defaults.yaml，或自己的默认值文件）`,
  profile_unknown: ({ name, known, meant }) =>
    `没有 profile “${name}”${meant ? `；是不是想写 ${meant}？` : ""}（已有：${known.join("、")}）`,
  profile_loop: ({ names }) => `extends 绕成了圈：${names.join(" → ")}；请去掉其中一个 extends`,
  name_unknown: ({ idKind, name, known, meant, inGroup }) => {
    const names =
      known.length > 0 ? `已知：${known.join("、")}` : `还没有见过任何${kindNames[idKind]}`;
    return `在这个${inGroup ? "计算组里" : "平台上"}没有见过${kindNames[idKind]}“${name}”${meant ? `；是不是想写 ${meant}？` : ""}（${names}）；请用 qizhi status 查询一个用到它的任务，或用 qizhi ids add，或直接写 id`;
  },
  name_ambiguous: ({ idKind, name, ids }) =>
    `“${name}”是多个${kindNames[idKind]}的名字：${ids.join("、")}；请写其中一个 id，或用 qizhi ids add 另起名字`,
  named_twice: ({ field }) => `和 ${field} 说的是同一件事；请只保留一个`,
  confirm_over_form: () => "不是 GPU 数，也不是 gpus 和 cost，例如 {gpus: 32, cost: 500}",
  log_via_form: () => "不是 ssh 能用的主机名",
  set_form: () => "不是 path=value 的形式，例如 task_priority=5 或 framework_config[0].shm_gi=64",
  set_extends: () => "用 --set 设置已经太晚；请用 --profile 指定 profile",
  set_matrix: () => "用 --set 设置已经太晚；请用 --matrix 或输入 matrix 给出取值",
  env_form: () => "不是 NAME=value 的形式",
  not_a_list: ({ name }) => `${name ?? "任务描述"} 不是列表`,
  is_a_list: ({ name, entry }) => `${name} 是列表：请写 ${name}${entry}`,
  no_fields: ({ name }) => `${name ?? "任务描述"} 没有自己的字段`,
  list_in_the_way: ({ key }) => `${key} 的位置上是一个列表`,
  value_in_the_way: ({ key }) => `${key} 的位置上是一个单独的值`,
  no_list_there: ({ index }) => `[${index}] 的位置上不是列表`,
  next_index: ({ entries }) => `列表有 ${entries} 项，下一项是 [${entries}]`,
};
