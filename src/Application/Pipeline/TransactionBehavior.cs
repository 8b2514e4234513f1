using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pipeline;

/// <summary>Marks a use case whose writes are one transaction: committed where it succeeds, rolled back where it is refused or throws.</summary>
public interface ITransactional;

/// <summary>Puts the handler of an <see cref="ITransactional"/> request into one database transaction; the container leaves it out of every other's ring.</summary>
internal sealed class TransactionBehavior<TRequest, TResponse>(ITransaction transaction) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ITransactional
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        await transaction.BeginAsync(typeof(TRequest).Name, cancellationToken);
        var response = await next();
        if (response.Error is null)
            await transaction.CommitAsync(cancellationToken);
        else
            await transaction.RollbackAsync(cancellationToken);

        return response;
    }
}
