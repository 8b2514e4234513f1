using Npgsql;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>The end of a writer's transaction.</summary>
internal static class LastStatements
{
    /// <summary>
    /// Executes what is left of the transaction and commits it, in one round trip: the locks of a busy wallet are held for one
    /// answer of the server less. Where a statement fails the server passes over the rest, the commit too.
    /// </summary>
    public static async Task ExecuteAndCommitAsync(this NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await batch.ExecuteNonQueryAsync();
    }
}
