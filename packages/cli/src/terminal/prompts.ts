// A module of its own: a bundler keeps all of a package that is imported on demand.
export { confirm, password, select, text } from "@clack/prompts";
