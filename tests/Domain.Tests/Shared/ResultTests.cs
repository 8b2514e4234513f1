using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tests.Shared;

internal sealed class ResultTests
{
    private static readonly Error Refused = new("refused", "No.", ErrorKind.Conflict);

    [Test]
    public void Value_WhenSuccessful_IsWhatWasPutIn()
    {
        Result<int> result = 7;

        Assert.That((result.IsSuccess, result.Value, result.Error), Is.EqualTo((true, 7, default(Error))));
    }

    [Test]
    public void Value_WhenFailed_ThrowsAndNamesTheCode()
    {
        Result<int> result = Refused;

        Assert.That(result.IsSuccess, Is.False);
        Assert.That(result.Error, Is.SameAs(Refused));
        Assert.That(() => result.Value, Throws.InvalidOperationException.With.Message.Contains("refused"));
    }

    [Test]
    public void Equality_ForResults_ComparesValueAndError()
    {
        Assert.That(Result<int>.Success(7) == 7, Is.True);
        Assert.That(Result<int>.Success(7) != Result<int>.Success(8), Is.True);
        Assert.That(Result<int>.Failure(Refused).Equals((object)Result<int>.Failure(Refused)), Is.True);
        Assert.That(Result<int>.Failure(Refused) == default(Result<int>), Is.False, "a failure is not the default value");
        Assert.That(Result<int>.Success(7).GetHashCode(), Is.EqualTo(Result<int>.Success(7).GetHashCode()));
    }

    [Test]
    public void Field_WhenMade_NamesTheFieldInMessageAndMap()
    {
        var error = Error.Field("limit", "must be 1 to 200.");

        Assert.That((error.Code, error.Kind, error.Message), Is.EqualTo(("validation_failed", ErrorKind.Validation, "limit: must be 1 to 200.")));
        Assert.That(error.Fields, Is.EqualTo(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["limit"] = ["must be 1 to 200."] }));
    }
}
