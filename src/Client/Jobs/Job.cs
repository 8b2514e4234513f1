using System.Runtime.CompilerServices;

namespace SaasLlm.Client;

/// <summary>
/// An open job: some calls, then <see cref="CompleteAsync"/>, which costs the team a credit if all of them went well. A job that is
/// disposed of before that, as when an exception leaves its block, has failed and costs nothing.
/// </summary>
public sealed class Job : IAsyncDisposable
{
    /// <summary>What there is to say to the service must not hold the application up; a job that is left open expires there.</summary>
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(10);

    private readonly SaasLlmClient _client;
    private bool _ended;

    internal Job(SaasLlmClient client, Guid id) => (_client, Id) = (client, id);

    /// <summary>The job's id.</summary>
    public Guid Id { get; }

    /// <summary>Calls a model and waits for the whole answer.</summary>
    /// <param name="body">A request, or only the text that the user says.</param>
    /// <exception cref="ApiException">The call was refused, or no model answered: such a job costs nothing.</exception>
    public Task<LlmCallAnswer> CallAsync(LlmCallBody body, CancellationToken cancellationToken = default) =>
        _client.CallLlmAsync(Id, body, cancellationToken);

    /// <summary>Calls a model and gives its answer as it comes: text, tool calls and what it used. To leave the enumeration ends the call.</summary>
    /// <param name="body">A request, or only the text that the user says.</param>
    /// <exception cref="ApiException">The call was refused, or the stream has failed.</exception>
    public IAsyncEnumerable<LlmStreamEvent> StreamAsync(LlmCallBody body, CancellationToken cancellationToken = default) =>
        _client.StreamLlmAsync(Id, body, cancellationToken);

    /// <summary>As <see cref="StreamAsync"/>, and gives only the text of the answer.</summary>
    /// <param name="body">A request, or only the text that the user says.</param>
    /// <exception cref="ApiException">The call was refused, or the stream has failed.</exception>
    public async IAsyncEnumerable<string> StreamTextAsync(LlmCallBody body, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var step in StreamAsync(body, cancellationToken).ConfigureAwait(false))
        {
            if (step is LlmTextDelta delta)
                yield return delta.Text;
        }
    }

    /// <summary>The work is done. May be repeated, also by <see cref="SaasLlmClient.CompleteJobAsync"/>, until it has been answered.</summary>
    /// <param name="metadata">Merged into the job's: anything that becomes a JSON object.</param>
    /// <exception cref="ApiException">The job has ended otherwise, such as by its expiry.</exception>
    public Task<JobCompletion> CompleteAsync(object? metadata = null, CancellationToken cancellationToken = default) =>
        EndAsync(new CompleteJobBody { Status = "completed", Metadata = metadata }, cancellationToken);

    /// <summary>The work could not be done; it costs nothing.</summary>
    /// <param name="errorMessage">Why, for whoever looks at the job.</param>
    /// <exception cref="ApiException">The job has ended otherwise.</exception>
    public Task<JobCompletion> FailAsync(string? errorMessage = null, CancellationToken cancellationToken = default) =>
        EndAsync(new CompleteJobBody { Status = "failed", ErrorMessage = errorMessage }, cancellationToken);

    /// <summary>Fails the job, unless it was ended. It throws nothing: that would hide why the job was left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;

        using var patience = new CancellationTokenSource(LongestGoodbye);
        try
        {
            await FailAsync("The job was left before its end.", patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ApiException or HttpRequestException or OperationCanceledException)
        {
            // The job expires.
        }
    }

    private Task<JobCompletion> EndAsync(CompleteJobBody body, CancellationToken cancellationToken)
    {
        // Also where no answer comes: it may have been done all the same, and the other end would be a conflict.
        _ended = true;
        return _client.CompleteJobAsync(Id, body, cancellationToken);
    }
}

public partial class SaasLlmClient
{
    /// <summary>Creates a job of a team, to be used in an <c>await using</c> block.</summary>
    /// <param name="teamId">The team that pays.</param>
    /// <param name="jobType">What sort of work it is, in your words; usage is shown by it.</param>
    /// <exception cref="ApiException">The job was refused, such as for want of credits (<see cref="ApiException.IsOutOfCredits"/>).</exception>
    public Task<Job> OpenJobAsync(string teamId, string jobType, CancellationToken cancellationToken = default) =>
        OpenJobAsync(new CreateJobBody { TeamId = teamId, JobType = jobType }, cancellationToken);

    /// <summary>Creates a job, to be used in an <c>await using</c> block.</summary>
    /// <exception cref="ApiException">The job was refused, such as for want of credits (<see cref="ApiException.IsOutOfCredits"/>).</exception>
    public async Task<Job> OpenJobAsync(CreateJobBody body, CancellationToken cancellationToken = default)
    {
        var opened = await CreateJobAsync(body, idempotencyKey: null, cancellationToken).ConfigureAwait(false);
        return new Job(this, opened.JobId);
    }
}
