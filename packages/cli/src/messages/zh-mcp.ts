import type { mcp as english } from "./en-mcp.ts";

/** MCP 服务器的简体中文文本。 */
export const mcp: typeof english = {
  forAgents:
    "这里在标准输入输出上使用 Model Context Protocol：请在智能体的设置里把 `qizhi mcp` 填为 stdio 服务器。按 Ctrl-C 结束。",
  ended: "MCP 服务器已结束。",
  oneSpec: "file 和 spec 请给出其中一个。",
  fileOutside:
    "工具只读取服务器工作目录之下的任务描述文件（.yaml、.yml 或 .json），不读隐藏目录里的文件，也不读指向目录之外的链接。",
};
