import { createServer } from "node:net";
import { fullDetail } from "./full-detail.ts";

// Answers every request with one full detail, as cheaply as a server can, so that the client is what is
// measured: a server of node:http takes longer than the clients do. Run by `measureThroughput`.
const body = Buffer.from(fullDetail);
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
const answer = Buffer.concat([Buffer.from(head), body]);

const server = createServer((socket) => {
  let asked = "";
  socket.setNoDelay(true).on("error", () => {});
  socket.setEncoding("latin1").on("data", (text) => {
    asked += text;
    for (let end = endOfRequest(asked); end !== undefined; end = endOfRequest(asked)) {
      asked = asked.slice(end);
      socket.write(answer);
    }
  });
});

function endOfRequest(text: string): number | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0);
  const end = headEnd + 4 + length;
  return text.length < end ? undefined : end;
}

server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit());
