using Moq;
using SaasLlm.Application.Ports;
using SaasLlm.Application.ProviderCredentials;

namespace SaasLlm.Application.Tests.ProviderCredentials;

internal sealed class TestProviderCredentialTests
{
    private static readonly Guid Id = Guid.CreateVersion7();
    private static readonly SealedSecret Secret = new("k1", [1, 2, 3]);

    private readonly Mock<IProviderCredentialRepository> _credentials = new();
    private readonly Mock<ISecretBox> _box = new();
    private readonly Mock<IProviderProbe> _probe = new(MockBehavior.Strict);

    [SetUp]
    public void Store()
    {
        _credentials.Setup(port => port.GetAsync(Id, It.IsAny<CancellationToken>())).ReturnsAsync(new ProviderCredentialResponse
        {
            CredentialId = Id,
            Provider = "openai",
            CredentialName = "main",
            ApiBase = "https://proxy.example/v1",
            Last4 = "1234",
            Active = false,
            CreatedAt = default,
            UpdatedAt = default,
        });
        _credentials.Setup(port => port.GetSecretAsync(Id, It.IsAny<CancellationToken>())).ReturnsAsync(Secret);
    }

    [Test]
    public async Task Handle_WhenTheProviderRefusesTheKey_SaysSoWithoutAnError()
    {
        _box.Setup(port => port.Open(Secret, SecretOwner.ProviderCredential(Id))).Returns("sk-secret");
        _probe.Setup(port => port.TestAsync("openai", "sk-secret", new Uri("https://proxy.example/v1"), false, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new ProbeOutcome(ProbeVerdict.Refused, 401, "The provider refused the key.", 12));

        var result = await HandleAsync();

        Assert.That(result.Value, Is.EqualTo(new ProviderCredentialTest(Id, "openai", false, 401, "The provider refused the key.", 12)));
    }

    [Test]
    public async Task Handle_WhenTheKeyCannotBeDecrypted_NamesTheEncryptionKey()
    {
        _box.Setup(port => port.Open(Secret, It.IsAny<string>())).Returns((string?)null);

        var result = await HandleAsync();

        Assert.That(result.Error!.Code, Is.EqualTo("credential_unreadable"));
        Assert.That(result.Error.Message, Does.Contain("'k1'"));
    }

    private Task<Domain.Shared.Result<ProviderCredentialTest>> HandleAsync() =>
        new TestProviderCredentialHandler(_credentials.Object, _box.Object, _probe.Object).Handle(new TestProviderCredential(Id), default);
}
