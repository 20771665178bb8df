import type * as z from "zod/mini";
import { TokenAnswerSchema, TokenRequestSchema } from "../schemas/auth.ts";
import { DetailRequestSchema, StopAnswerSchema, StopRequestSchema } from "../schemas/job-ref.ts";
import { JobSchema } from "../schemas/job.ts";

/**
 * One call of the platform as a value: adding an endpoint is adding one of these.
 */
export interface Operation<Request extends z.ZodMiniType, Answer extends z.ZodMiniType> {
  /** Short name, used in messages. */
  readonly name: string;
  /** Path below the base URL. */
  readonly path: string;
  /** The body of the request; checked before anything is sent. */
  readonly request: Request;
  /** The data of the answer, out of its envelope. */
  readonly answer: Answer;
  /** Fields without which an answer says nothing. */
  readonly required: readonly string[];
  /**
   * `safe`: doing it twice does no harm, so it is sent again after any passing failure.
   * `once`: it is sent again only when it is certain that it had no effect.
   */
  readonly resend: "safe" | "once";
}

/** `POST /auth/token` (page: 获取当前身份的 Access Token). */
export const tokenOperation: Operation<typeof TokenRequestSchema, typeof TokenAnswerSchema> = {
  name: "token",
  path: "/auth/token",
  request: TokenRequestSchema,
  answer: TokenAnswerSchema,
  required: ["access_token"],
  resend: "safe",
};

/** `POST /openapi/v1/train_job/detail` (page: 获取分布式训练任务详情). */
export const detailOperation: Operation<typeof DetailRequestSchema, typeof JobSchema> = {
  name: "detail",
  path: "/openapi/v1/train_job/detail",
  request: DetailRequestSchema,
  answer: JobSchema,
  required: ["job_id"],
  resend: "safe",
};

/** `POST /openapi/v1/train_job/stop` (page: 停止分布式训练任务); stopping twice stops once. */
export const stopOperation: Operation<typeof StopRequestSchema, typeof StopAnswerSchema> = {
  name: "stop",
  path: "/openapi/v1/train_job/stop",
  request: StopRequestSchema,
  answer: StopAnswerSchema,
  required: [],
  resend: "safe",
};
