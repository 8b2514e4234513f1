using FluentValidation;
using FluentValidation.Results;
using MediatR;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pipeline;

/// <summary>Runs the request's validators before its handler; a broken rule never reaches one.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IResult<TResponse>
{
    private readonly IValidator<TRequest>[] _validators = [.. validators];

    // A request without rules, as those of the hot path are, goes on without a step of its own.
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        _validators.Length == 0 ? next() : ValidateAsync(request, next, cancellationToken);

    private async Task<TResponse> ValidateAsync(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken)
    {
        List<ValidationFailure>? failures = null;
        foreach (var validator in _validators)
        {
            var outcome = await validator.ValidateAsync(request, cancellationToken);
            if (!outcome.IsValid)
                (failures ??= []).AddRange(outcome.Errors);
        }

        return failures is null ? await next() : TResponse.Failure(ToError(failures));
    }

    private static Error ToError(List<ValidationFailure> failures)
    {
        var fields = failures
            .GroupBy(failure => failure.PropertyName, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(failure => failure.ErrorMessage).ToArray(), StringComparer.Ordinal);
        var first = failures[0];
        return new Error("validation_failed", $"{first.PropertyName}: {first.ErrorMessage}", ErrorKind.Validation) { Fields = fields };
    }
}
