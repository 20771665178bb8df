/** English texts of the MCP server. */
export const mcp = {
  forAgents:
    "This speaks the Model Context Protocol on stdin and stdout: enter `qizhi mcp` as a stdio server in your agent's settings. Ctrl-C ends it.",
  ended: "The MCP server has ended.",
  oneSpec: "Give either file or spec.",
  fileOutside:
    "A tool reads a job spec (.yaml, .yml or .json) below the server's working folder only, and none in a hidden folder or behind a link that leads out.",
};
