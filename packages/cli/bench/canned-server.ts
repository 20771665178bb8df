import { createServer } from "node:http";
import { fullDetail } from "./full-detail.ts";

// Answers everything with one full detail, as cheaply as a server can; run by `measureThroughput`.
const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    response.setHeader("content-type", "application/json");
    response.end(fullDetail);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => server.close(() => process.exit()));
process.once("disconnect", () => server.closeAllConnections());
