using System.Text;
using SaasLlm.Testing;

namespace SaasLlm.Client.Tests;

/// <summary>What is not JSON: tables that are read, a file that is sent, and a session instead of a key.</summary>
internal sealed class FilesTests
{
    private const string Password = "correct horse battery staple";

    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Csv_OfATeamsJobs_IsAllOfThem()
    {
        var team = await _service.CreateTeamAsync();
        for (var made = 0; made < 3; made++)
            await team.CreateJobAsync();

        using var table = await team.Api.GetTeamJobsCsvAsync(team.TeamId, jobType: "test");
        using var reader = new StreamReader(table.Stream);
        var lines = (await reader.ReadToEndAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.That(lines[0], Does.StartWith("job_id,"));
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(Assert.ThrowsAsync<ApiException>(() => team.Api.GetAuditCsvAsync())!.StatusCode, Is.EqualTo(403));
    }

    [Test]
    public async Task ImportLiteLlm_OfAFile_SaysWhatBecomesOfIt()
    {
        const string config =
            """
            model_list:
              - model_name: imported
                litellm_params:
                  model: openai/gpt-4o-mini
                  api_key: sk-0123456789abcdef
            """;
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(config));

        var report = await _service.Api.ImportLiteLlmAsync(file, apply: false);

        Assert.That(report.Applied, Is.False);
        Assert.That(Assert.ThrowsAsync<ApiException>(() => _service.Api.ImportLiteLlmAsync(Stream.Null))!.StatusCode, Is.InRange(400, 422));
    }

    [Test]
    public async Task SignIn_ByEmailAndPassword_ActsAsThatPerson()
    {
        var options = new SaasLlmClientOptions { BaseAddress = _service.Address };
        await _service.Api.CreateUserAsync(new CreateUser { UserId = "ada@example.org", Email = "ada@example.org", Password = Password });

        using var person = await SaasLlmClient.SignInAsync(options, "ada@example.org", Password);
        var account = await person.GetAccountAsync();
        await person.ChangePasswordAsync(new ChangePassword { CurrentPassword = Password, NewPassword = Password + "!" });
        await person.SignOutAsync();

        Assert.That(account.Email, Is.EqualTo("ada@example.org"));
        Assert.That(Assert.ThrowsAsync<ApiException>(() => person.GetAccountAsync())!.StatusCode, Is.EqualTo(401));
        Assert.That(Assert.ThrowsAsync<ApiException>(() => SaasLlmClient.SignInAsync(options, "ada@example.org", Password))!.StatusCode, Is.EqualTo(401));
    }
}
