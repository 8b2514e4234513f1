using SaasLlm.Application.Llm;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class TokenEstimateTests
{
    [TestCase(-1, 0)]
    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(4, 1)]
    [TestCase(5, 2)]
    [TestCase(int.MaxValue, 536870912)]
    public void FromBytes_WhateverTheSize_RoundsUpAtFourBytesAToken(int bytes, int tokens) =>
        Assert.That(TokenEstimate.FromBytes(bytes), Is.EqualTo(tokens));
}
