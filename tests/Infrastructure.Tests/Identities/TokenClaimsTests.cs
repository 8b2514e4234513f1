using System.Text.Json;
using SaasLlm.Infrastructure.Identities.Oidc;

namespace SaasLlm.Infrastructure.Tests.Identities;

internal sealed class TokenClaimsTests
{
    private static readonly OidcOptions Defaults = new() { Issuer = "https://issuer.example", Audience = "api" };

    [Test]
    public void Identity_OfAKeycloakToken_HasItsRolesNameAndAddress()
    {
        var identity = TokenClaims.IdentityOf(
            JsonElement.Parse("""
                {"sub":"1b9d","name":"Alice A","email":"alice@example.com","email_verified":true,"organization_id":"org_a",
                 "realm_access":{"roles":["offline_access","saasllm-operator"]}}
                """),
            Defaults);

        Assert.That(identity!.Login.Subject, Is.EqualTo("1b9d"));
        Assert.That(identity.Name, Is.EqualTo("Alice A"));
        Assert.That(identity.Email, Is.EqualTo("alice@example.com"));
        Assert.That(identity.Organizations, Is.EqualTo(new[] { "org_a" }));
        Assert.That(identity.IsOperator, Is.True);
    }

    [TestCase("""{"sub":"a","email":"a@example.com"}""")]
    [TestCase("""{"sub":"a","email":"a@example.com","email_verified":false}""")]
    [TestCase("""{"sub":"a","email":7,"email_verified":true}""")]
    public void Identity_WhenTheAddressIsNotVerified_HasNone(string claims) =>
        Assert.That(TokenClaims.IdentityOf(JsonElement.Parse(claims), Defaults)!.Email, Is.Null);

    [TestCase("""{"name":"a"}""")]
    [TestCase("""{"sub":""}""")]
    [TestCase("""{"sub":17}""")]
    public void Identity_WithoutASubject_IsNobodys(string claims) =>
        Assert.That(TokenClaims.IdentityOf(JsonElement.Parse(claims), Defaults), Is.Null);

    [Test]
    public void Identity_WithConfiguredClaims_IsReadFromThose()
    {
        var options = Defaults with { UserClaim = "oid", OrganizationClaim = "https://acme.example/orgs", RolesClaim = "scope", OperatorRole = "ops" };

        var identity = TokenClaims.IdentityOf(
            JsonElement.Parse("""{"sub":"pairwise","oid":"u7","https://acme.example/orgs":["org_b","no such id!","org_c"],"scope":"openid ops"}"""), options);

        Assert.That(identity!.Login.Subject, Is.EqualTo("u7"));
        Assert.That(identity.Organizations, Is.EqualTo(new[] { "org_b", "org_c" }));
        Assert.That(identity.IsOperator, Is.True);
    }

    [Test]
    public void Identity_WhenNoRoleMakesAnOperator_IsNone()
    {
        var identity = TokenClaims.IdentityOf(JsonElement.Parse("""{"sub":"a","realm_access":{"roles":[""]}}"""), Defaults with { OperatorRole = "" });

        Assert.That(identity!.IsOperator, Is.False);
    }
}
