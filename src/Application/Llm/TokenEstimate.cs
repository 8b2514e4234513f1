namespace SaasLlm.Application.Llm;

/// <summary>Tokens where nobody has counted them.</summary>
public static class TokenEstimate
{
    /// <summary>UTF-8 bytes taken for one token: right for English prose within a fifth, high for code, low for none.</summary>
    public const int BytesPerToken = 4;

    /// <summary>About four bytes a token, rounded up: whatever is not empty is at least one token.</summary>
    public static int FromBytes(int bytes) => bytes <= 0 ? 0 : (int)(((long)bytes + BytesPerToken - 1) / BytesPerToken);
}
