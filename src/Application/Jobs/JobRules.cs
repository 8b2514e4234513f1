using FluentValidation;
using SaasLlm.Domain.Jobs;

namespace SaasLlm.Application.Jobs;

internal static class JobRules
{
    public static IRuleBuilderOptions<T, string?> ValidJobStatus<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(status => status is null || JobStatusNames.TryParse(status, out _))
            .WithMessage("must be pending, in_progress, completed, failed or cancelled.");
}
