//! Reply codes (RFC 5321) and enhanced codes (RFC 3463, 5248) of mail servers, in our words.

use crate::known::codes;

codes! {
    /// By enhanced code, which says more than the reply it comes with.
    ENHANCED {
        "4.2.1" Deferred Line "The recipient's mailbox takes no more mail at the moment"
            => "Nothing needs to be done: it is tried again later";
        "4.2.2" Deferred Line "The recipient's mailbox is full for now"
            => "It is tried again later; tell the recipient another way if it is urgent";
        "4.3.1" Deferred Line "The mail server has no room left at the moment"
            => "Nothing needs to be done: it is tried again when there is room";
        "4.5.3" Deferred Line "The mail server takes fewer recipients at a time"
            => "Nothing needs to be done: each mail goes to one recipient and is tried again";
        "4.7.1" Deferred Line "The recipient's mail server asks to try again later, as a test for spam"
            => "Nothing needs to be done: the second try usually gets through";
        "5.1.0" Admin Line "The sender address of this line is not accepted"
            => "Check the From address of this line, and that its domain exists";
        "5.1.1" Recipient Line "Nobody has this address at that domain"
            => "Correct the address";
        "5.1.2" Recipient Line "The domain of the address takes no mail or does not exist"
            => "Check the part behind the @";
        "5.1.3" Recipient Line "The address is not written the way addresses are"
            => "Correct the spelling of the address";
        "5.1.6" Recipient Line "The recipient has moved and left no new address"
            => "Ask for the new address";
        "5.1.7" Admin Line "The sender address is not written the way addresses are"
            => "Correct the From address of this line";
        "5.1.8" Admin Line "The domain of the sender address is not accepted"
            => "Check that the domain of the From address exists and may send mail";
        "5.1.10" Recipient Line "The domain says that it never takes mail"
            => "Ask the recipient for another address";
        "5.2.1" Recipient Line "The mailbox is closed"
            => "Ask the recipient for another address, or use another channel";
        "5.2.2" Deferred Line "The recipient's mailbox is over its limit"
            => "It is tried again later; tell the recipient their mailbox is full";
        "5.2.3" Content Line "The mail is larger than the mailbox allows"
            => "Shorten the text";
        "5.3.2" Recipient Line "The server at this address takes no mail"
            => "Use another address for this recipient";
        "5.3.4" Content Line "The mail is larger than the mail server allows"
            => "Shorten the text, or use another line";
        "5.4.4" Recipient Line "No way leads to the domain of the address"
            => "Check the domain for a typing mistake";
        "5.4.5" RateLimited Line "The daily quota of this mail account is used up"
            => "Sending goes on by itself within a day; another line can take over until then";
        "5.6.0" Content Line "The mail server does not like something in the text"
            => "Reword the text and send it again";
        "5.7.1" Admin Message "A rule of the mail server keeps this mail out"
            => "Check that this line may send as its From address; otherwise ask the mail server's postmaster";
        "5.7.23" Admin Line "The domain's SPF record does not allow this mail server"
            => "Add the mail server to the SPF record of the From domain";
        "5.7.26" Admin Line "The From domain does not prove that the mail is genuine"
            => "Set up SPF and DKIM for the From domain, and check its DMARC rule";
        "5.7.27" Admin Line "The From domain has no usable SPF record"
            => "Publish an SPF record for the From domain";
        "5.7.30" Auth Line "This provider has switched off sign-in with a password"
            => "Use an app password or a relay of the provider, or another line";
        "5.7.3" Auth Line "The mail server wants a sign-in it accepts"
            => "Reconnect this line with the user name and password that are valid now";
        "5.7.8" Auth Line "User name or password is not right"
            => "Reconnect this line with the password that is valid now";
    }
}

codes! {
    /// By reply code, and by rule where the stage says more than the code.
    REPLIES {
        "421" Transient Line "The mail server is closing the call because it is busy"
            => "Nothing needs to be done: it is tried again soon";
        "432" Auth Line "The mail account's password has to be changed first"
            => "Change the password at the mail provider, then reconnect this line";
        "450" Deferred Line "The recipient's mailbox cannot be used at the moment"
            => "Nothing needs to be done: later tries follow by themselves";
        "451" Deferred Line "The mail server could not finish and asks for another try"
            => "Nothing needs to be done: another try follows";
        "452" Deferred Line "The mail server is short of room"
            => "Nothing needs to be done: it is tried later";
        "454" Transient Line "The mail server cannot check the sign-in at the moment"
            => "Nothing needs to be done: this is not about the password";
        "455" Transient Line "The mail server cannot do what was asked at the moment"
            => "Nothing needs to be done: it is asked again soon";
        "4yz" Deferred Line "The mail server wants this mail later"
            => "Nothing needs to be done: it is offered again later";
        "4yz_line" Transient Line "The mail server takes no mail at the moment"
            => "Nothing needs to be done at first; if it lasts, ask whoever runs the server";
        "500" Permanent Line "The mail server did not understand a command"
            => "Check that port and encryption of this line fit together";
        "501" Permanent Line "The mail server did not understand part of a command"
            => "Check the addresses of this line, or send a support bundle";
        "502" Permanent Line "The mail server does not know a command that mail needs"
            => "Check that the port of this line is for sending mail";
        "503" Permanent Line "The mail server lost track of the conversation"
            => "Try again; if it lasts, check the port of this line";
        "504" Permanent Line "The mail server does not know an option that was used"
            => "Send a support bundle so that this can be mended";
        "521" Recipient Line "That host takes no mail at all"
            => "Ask the recipient for a working address";
        "523" Admin Line "The mail server allows this sign-in only over encryption"
            => "Set the encryption of this line to TLS or STARTTLS";
        "530" Auth Line "The mail server wants a sign-in before it takes mail"
            => "Give this line a user name and password, and check its encryption";
        "534" Auth Line "The mail provider does not accept the ordinary password here"
            => "Make an app password at the mail provider and reconnect this line";
        "535" Auth Line "The mail server does not accept user name and password"
            => "Reconnect this line with credentials that are valid now";
        "538" Admin Line "The mail server insists on encryption for this kind of sign-in"
            => "Choose TLS or STARTTLS for this line";
        "551" Recipient Line "The recipient is not at this server"
            => "Ask for the recipient's present address";
        "552" Content Line "The mail is too large"
            => "Shorten the text and send it again";
        "554" Permanent Line "The mail server refused the mail and gave no reason"
            => "Ask the mail server's postmaster, with the time of this attempt";
        "555" Permanent Line "The mail server does not know an extension that was used"
            => "Send a support bundle for this line";
        "556" Recipient Line "The recipient's domain takes no mail"
            => "Use another address or another channel";
        "5yz" Permanent Line "The mail server refused for a reason this version does not know"
            => "Look the code up, and ask the mail server's postmaster";
        "550_dot" Content Line "The mail server would not take this text"
            => "Reword the text, then send it again";
        "greeting" Admin Line "The mail server turns this computer away before any mail"
            => "Ask whoever runs the mail server whether this network's address is blocked";
        "sender" Admin Line "The mail server does not let this line send as its From address"
            => "Use a From address that belongs to the mail account";
        "recipient" Recipient Line "The mail server does not accept this recipient"
            => "Check the address";
        "relay" Admin Line "The mail server does not pass mail on for this account"
            => "Check user name, password and port: sending to others needs a sign-in";
        "policy" Admin Message "The mail server's policy keeps this mail out"
            => "Ask the mail server's postmaster which rule it was";
    }
}
