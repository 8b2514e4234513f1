// Writes the C# client: node generate.mjs <openapi.json> <client.cs>
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const [documentFile, clientFile] = process.argv.slice(2);
const generator = "node_modules/nswag/bin/binaries/Net100/dotnet-nswag.dll";
const list = "System.Collections.Generic.List";

const selected = clientFile + ".openapi.json";
writeFileSync(selected, JSON.stringify(select(JSON.parse(readFileSync(documentFile, "utf8")))));
execFileSync("dotnet", [
  generator, "openapi2csclient", `/input:${selected}`, `/output:${clientFile}`,
  "/namespace:SaasLlm.Client", "/className:SaasLlmClient", "/operationGenerationMode:SingleClientFromOperationId",
  "/jsonLibrary:SystemTextJson", "/jsonLibraryVersion:10.0", "/useBaseUrl:false", "/disposeHttpClient:false",
  "/generateExceptionClasses:false", "/exceptionClass:ApiException", "/generateDataAnnotations:false",
  "/generateNullableReferenceTypes:true", "/generateOptionalPropertiesAsNullable:true", "/generateOptionalParameters:true",
  `/arrayType:${list}`, `/arrayInstanceType:${list}`, `/arrayBaseType:${list}`, `/responseArrayType:${list}`,
  "/parameterDateTimeFormat:o", "/excludedTypeNames:JsonElement", "/additionalNamespaceUsages:System.Text.Json",
], { stdio: "inherit" });
writeFileSync(clientFile, polish(readFileSync(clientFile, "utf8")));

// Leaves out what a typed client cannot serve: answers that are not this service's own JSON (streams, and what OpenAI's and
// Anthropic's clients read), bodies that are not JSON, sign-in with a browser, and the LLM API's second address. Refusals all
// have one form, which ApiException reads.
function select(document) {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const answer = operation.responses["200"].content?.["application/json"]?.schema;
      const isOurs = answer && answer.type !== "string" && (!operation.requestBody || operation.requestBody.content["application/json"]);
      if (!isOurs || operation.tags.includes("Sign-in") || path.startsWith("/api/v1/llm/"))
        delete methods[method];
      else
        operation.responses = { 200: operation.responses["200"] };
      if (isOurs)
        takeAnyObject(operation.requestBody?.content["application/json"].schema, document.components.schemas);
    }
  }

  // A member that a newer service adds is passed over, not collected; what the model takes beyond the listed members is passed on.
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (schema.properties)
      schema.additionalProperties ??= name === "LlmCallBody" || name === "CreateAndCallBody";
  }

  delete document.components.schemas.Problem;
  delete document.webhooks;
  return document;
}

// JSON that is sent may be made of any object; JSON that is received is a JsonElement.
function takeAnyObject(body, schemas) {
  const members = schemas[body?.$ref?.split("/").pop()]?.properties ?? {};
  for (const [name, member] of Object.entries(members)) {
    if (JSON.stringify(member).includes("schemas/JsonElement"))
      members[name] = { description: member.description };
  }
}

// The names of C# for those of JSON, except in literals and comments; and an idempotency key for each call that takes one.
function polish(code) {
  const parts = /(?<!\/)\/\/(?!\/ <param).*|(?<!<param name=)"(?:[^"\\\n]|\\.)*"|\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b/g;
  const named = code.replace(parts, part => ["/", '"'].includes(part[0]) ? part : part.replace(/_([A-Za-z0-9])/g, (_, first) => first.toUpperCase()));
  const optional = "if (idempotencyKey != null)";
  if (!named.includes(optional))
    throw new Error(`The generator no longer writes "${optional}".`);
  return named.replaceAll(optional, "idempotencyKey ??= NewIdempotencyKey();");
}
