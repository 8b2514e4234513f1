using System.Diagnostics;
using System.Runtime.Versioning;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Infrastructure.Postgres.Embedded;

namespace SaasLlm.Infrastructure.Tests.Postgres.Embedded;

public sealed class EmbeddedPostgresTests
{
    private EmbeddedPostgresOptions _options = null!;

    [SetUp]
    public void SetUp() => _options = new EmbeddedPostgresOptions
    {
        DataFolder = Path.Combine(Path.GetTempPath(), $"saasllm-embedded-{Guid.CreateVersion7():n}"),
        ExtraSettings = new Dictionary<string, string>(StringComparer.Ordinal) { ["fsync"] = "off" },
    };

    [TearDown]
    public async Task TearDown()
    {
        // Takes over and stops what a failed test has left.
        await using (var last = NewServer())
            await last.StartAsync(_options, CancellationToken.None);
        Directory.Delete(_options.DataFolder, recursive: true);
    }

    [Test]
    public async Task StartAsync_AfterAStop_KeepsDataAndPort()
    {
        string first;
        await using (var server = NewServer())
        {
            first = await server.StartAsync(_options, CancellationToken.None);
            await WriteAsync(first);
        }

        Assert.That(await AnswersAsync(first), Is.False);
        await using var again = NewServer();
        var second = await again.StartAsync(_options, CancellationToken.None);

        Assert.That(await ReadAsync(second), Is.EqualTo(1));
        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public async Task StartAsync_WhenAServerOutlivedItsOwner_AdoptsIt()
    {
        await using (var owner = NewServer())
            await WriteAsync(await owner.StartAsync(_options, CancellationToken.None));
        await StartOrphanAsync();
        var process = ServerProcessId();

        string address;
        await using (var next = NewServer())
        {
            address = await next.StartAsync(_options, CancellationToken.None);
            Assert.That(next.IsOwner, Is.True);
            Assert.That(ServerProcessId(), Is.EqualTo(process));
            Assert.That(await ReadAsync(address), Is.EqualTo(1));
        }

        Assert.That(await AnswersAsync(address), Is.False);
    }

    [Test]
    public async Task StartAsync_WhenTheServerWasKilled_StartsItAgainWithItsData()
    {
        await using (var owner = NewServer())
        {
            await WriteAsync(await owner.StartAsync(_options, CancellationToken.None));
            using var server = Process.GetProcessById(ServerProcessId());
            server.Kill();
            await server.WaitForExitAsync();
        }

        Assert.That(File.Exists(PostmasterFile), Is.True, "a clean stop would prove nothing");
        await using var next = NewServer();

        Assert.That(await ReadAsync(await next.StartAsync(_options, CancellationToken.None)), Is.EqualTo(1));
    }

    [Test]
    public async Task StartAsync_WhenTheLeftProcessIdIsAnothersNow_StartsAllTheSame()
    {
        await using (var server = NewServer())
            await server.StartAsync(_options, CancellationToken.None);
        await File.WriteAllTextAsync(PostmasterFile, $"{Environment.ProcessId}\n{Path.Combine(_options.DataFolder, "data")}\n0\n5432\n");

        await using var next = NewServer();

        Assert.That(await AnswersAsync(await next.StartAsync(_options, CancellationToken.None)), Is.True);
    }

    [Test]
    public async Task DisposeAsync_WhenAnotherProcessOwnsTheServer_LeavesItRunning()
    {
        await using var owner = NewServer();
        var address = await owner.StartAsync(_options, CancellationToken.None);

        await using (var second = NewServer())
        {
            Assert.That(await second.StartAsync(_options, CancellationToken.None), Is.EqualTo(address));
            Assert.That(second.IsOwner, Is.False);
        }

        Assert.That(await AnswersAsync(address), Is.True);
    }

    [Test]
    public async Task StartAsync_WhenTwoStartAtOnce_OneOwnsAndBothAreServed()
    {
        await using var one = NewServer();
        await using var other = NewServer();

        var addresses = await Task.WhenAll(
            one.StartAsync(_options, CancellationToken.None), other.StartAsync(_options, CancellationToken.None));

        Assert.That(addresses[0], Is.EqualTo(addresses[1]));
        Assert.That(one.IsOwner, Is.Not.EqualTo(other.IsOwner));
    }

    [Test]
    [SupportedOSPlatform("linux")]
    public async Task StartAsync_WhenThePasswordIsWrong_IsRefusedByTheServer()
    {
        await using var server = NewServer();
        var address = new NpgsqlConnectionStringBuilder(await server.StartAsync(_options, CancellationToken.None)) { Password = "guessed" };

        Assert.That(
            async () => await ReadAsync(address.ConnectionString),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InvalidPassword));
        Assert.That(
            File.GetUnixFileMode(Path.Combine(_options.DataFolder, "password")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private string PostmasterFile => Path.Combine(_options.DataFolder, "data", "postmaster.pid");

    private static EmbeddedPostgres NewServer() => new(NullLogger<EmbeddedPostgres>.Instance, TimeProvider.System);

    /// <summary>A server on our folder whose starter is gone: what <c>kill -9</c> of the service leaves behind.</summary>
    private async Task StartOrphanAsync()
    {
        var folder = await ServerFolder.OpenAsync(_options.DataFolder, NullLogger.Instance, CancellationToken.None);
        var binaries = await new PostgresBinaries(NullLogger.Instance, TimeProvider.System).FindOrInstallAsync(folder.Version, folder.User, CancellationToken.None);
        await Command.RunOrThrowAsync(
            Path.Combine(binaries, "pg_ctl"),
            ["start", "--pgdata", folder.Data, "--log", folder.Log, "--wait", "--options", $"-c port={folder.LastPort} -c unix_socket_directories="],
            folder.User,
            CancellationToken.None);
    }

    private int ServerProcessId() => int.Parse(File.ReadLines(PostmasterFile).First());

    private static async Task WriteAsync(string address)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.ExecuteAsync("create table kept (); insert into kept default values");
    }

    private static async Task<long> ReadAsync(string address)
    {
        await using var connection = new NpgsqlConnection(address + ";Pooling=false");
        return await connection.ExecuteScalarAsync<long>("select count(*) from kept");
    }

    private static async Task<bool> AnswersAsync(string address)
    {
        try
        {
            await using var connection = new NpgsqlConnection(address + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
