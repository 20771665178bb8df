import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { Secrets, untilAborted } from "@qizhi/core/internal";
import type { Run } from "../../context/command.ts";
import type { Connection } from "../../terminal/connection.ts";
import { connect } from "../../access/connect.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { untilInterrupted } from "../../terminal/signals.ts";
import { printNote } from "../../terminal/io.ts";
import { createMcpServer } from "../../mcp/server.ts";

/** `qizhi mcp`: serves tools for agents over stdio, until the client closes stdin. */
export const mcp: Run = async ({ options, io: own }) => {
  const { QIZHI_PASSWORD: password, QIZHI_TOKEN: token } = own.env;
  // The tools' commands have no flags: they find the server's in the environment.
  const env = {
    ...own.env,
    QIZHI_BASE_URL: options.text("baseUrl") ?? own.env["QIZHI_BASE_URL"],
    QIZHI_USERNAME: options.text("username") ?? own.env["QIZHI_USERNAME"],
    QIZHI_ACCOUNT: options.text("account") ?? own.env["QIZHI_ACCOUNT"],
  };
  const io = { ...own, env, secrets: new Secrets(password, token) };
  let open: Promise<Connection> | undefined;
  const openOnce = () => {
    open ??= connect(options, io).catch((error: unknown) => {
      // The next call tries again: the user may have logged in by then.
      open = undefined;
      throw error;
    });
    return open;
  };
  const server = createMcpServer({ io, connect: openOnce });
  if (io.stdin.isTTY) printNote(io, io.t.mcp.forAgents);
  return untilInterrupted(
    io,
    async (signal) => {
      const closed = new Promise<void>((resolve, reject) => {
        // The SDK's only listener is a property. Its transport does not report the end of stdin, nor that nobody reads
        // stdout any more, and closes by itself only after too large a message.
        Object.assign(server.server, { onclose: () => reject(inputError("mcp.tooLarge")) });
        io.stdin.once("end", resolve);
        // A create under way is written down before the process ends.
        process.stdout.on("error", () => resolve());
      });
      await server.connect(new StdioServerTransport());
      try {
        await untilAborted(closed, signal);
      } finally {
        await server.close();
      }
      return exitCode.ok;
    },
    () => io.t.mcp.ended,
  );
};
