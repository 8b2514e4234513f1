using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>Refusals of the LLM API, in the words that its clients know.</summary>
public static class MeteringErrors
{
    public static Error NoPayer() =>
        Error.Field("X-Team-Id", "is required: an operator names the team that pays, by this header or by X-Job-Id.");

    public static Error OrganizationGone() =>
        new("organization_not_found", "The organization of this credential does not exist; the operator must create it.", ErrorKind.Forbidden);

    public static Error ModelNotFound(string model) =>
        new("model_not_found", $"The model '{model}' does not exist or you do not have access to it.", ErrorKind.NotFound) { Fields = Field("model") };

    public static Error NotPriced(string model) =>
        new("model_not_priced", $"The model '{model}' has no price; the operator must set one (zero for a free model).", ErrorKind.Conflict) { Fields = Field("model") };

    public static Error NotLocal() =>
        Error.Field("privacy_required", "no model that keeps data on the operator's own machines can serve this request.");

    public static Error TooLong(int promptTokens, int largestWindow) =>
        new(
            "context_length_exceeded",
            $"The prompt of about {promptTokens} tokens does not fit the largest context window among your models, which is {largestWindow} tokens.",
            ErrorKind.Malformed)
        {
            Fields = Field("messages"),
        };

    public static Error NothingFits() =>
        new("model_not_found", "None of your models can do what the request needs (tools, images or a JSON schema); name a model.", ErrorKind.NotFound) { Fields = Field("model") };

    public static Error NoModels() =>
        new("model_not_found", "You have access to no model.", ErrorKind.NotFound) { Fields = Field("model") };

    private static Dictionary<string, string[]> Field(string name) => new(StringComparer.Ordinal) { [name] = [] };
}
