using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Infrastructure.Redis;

/// <summary>What nodes share besides the database: configuration section <c>Redis</c>. Without it each node keeps its own.</summary>
public sealed record RedisOptions
{
    public const string Section = "Redis";

    /// <summary>Address and options as StackExchange.Redis reads them (<c>host:6379,password=…,ssl=true</c>); default none: no Redis.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>What every key and channel begins with, so that several installations can share one server; default <c>saasllm:</c>.</summary>
    [Required]
    public string Prefix { get; init; } = "saasllm:";

    /// <summary>Longest wait for one command, in ms; 1 to 1,000, default 20. After it the node goes on without Redis.</summary>
    [Range(1, 1000)]
    public int TimeoutMs { get; init; } = 20;
}
