import { TokenAnswerSchema, TokenRequestSchema } from "./auth.ts";
import { DetailRequestSchema, StopRequestSchema } from "./job-ref.ts";
import { FrameworkConfigSpecSchema, JobSpecSchema } from "./job-spec.ts";
import * as job from "./job.ts";

/**
 * The 24 models of the platform's own page (its components.schemas), under the names that they have there.
 * `train.Env` stands in requests and answers; the answer's schema is the one listed.
 */
export const pageSchemas = {
  "common.JobSubStatus": job.JobSubStatusSchema,
  "common.MountPath": job.MountPathSchema,
  "node.CpuInfo": job.CpuInfoSchema,
  "node.GpuInfo": job.GpuInfoSchema,
  "pkg_openapi_controller_auth.GetAuthTokenReq": TokenRequestSchema,
  "pkg_openapi_controller_auth.GetAuthTokenResp": TokenAnswerSchema,
  "pkg_openapi_controller_train.DetailReq": DetailRequestSchema,
  "pkg_openapi_controller_train.Job": job.JobSchema,
  "pkg_openapi_controller_train.JobOpenapi": JobSpecSchema,
  "pkg_openapi_controller_train.StopReq": StopRequestSchema,
  "project.ProjectPriority": job.ProjectPrioritySchema,
  "resource_price.InstanceSpecPriceInfo": job.InstanceSpecPriceInfoSchema,
  "resource_price.LcgResourceSpecPriceConfirmationReq": job.ResourceSpecPriceSchema,
  "train.ConfigMode": job.ConfigModeSchema,
  "train.DatasetInfo": job.DatasetInfoSchema,
  "train.Env": job.EnvSchema,
  "train.FrameworkConfigOpenAPI": FrameworkConfigSpecSchema,
  "train.FrameworkConfigStandard": job.FrameworkConfigSchema,
  "train.NodeInfo": job.NodeInfoSchema,
  "train.ReplicasType": job.ReplicasTypeSchema,
  "train.Timeline": job.TimelineSchema,
  "user.ExtraInfo": job.UserExtraInfoSchema,
  "user.GlobalRole": job.GlobalRoleSchema,
  "user.UserBase": job.UserSchema,
};
