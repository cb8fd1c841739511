//! Codes that come with a receipt, after Twilio took the message: 30xxx.

use crate::known::codes;

codes! {
    /// In order of code.
    CODES {
        "30001" RateLimited Line "The message waited too long in the sender's queue"
            => "Nothing needs to be done at once; send less at a time or add a sender";
        "30002" Admin Line "The Twilio account was suspended before the message left"
            => "Settle what is open in the Twilio console";
        "30003" Deferred Line "The phone is off or out of reach"
            => "Nothing needs to be done: it is tried again later";
        "30004" Recipient Line "The recipient or their network blocks these messages"
            => "Use another channel for this person";
        "30005" Recipient Line "Nobody has this number any more"
            => "Ask the recipient for their present number";
        "30006" Recipient Line "The number is a landline, or its network takes no texts"
            => "Use another channel, or ask for a mobile number";
        "30007" Admin Message "The message was held back as spam"
            => "Review the wording and the sender's registration before sending it again";
        "30008" Deferred Line "The phone network failed without saying why"
            => "It is tried again later; check the number if it fails again";
        "30009" Permanent Line "A part of an incoming message is missing"
            => "Ask the writer to send it again";
        "30010" Admin Message "The message would cost more than the limit that is set"
            => "Raise or remove the price limit in the Twilio account";
        "30011" Content Line "Pictures cannot be sent to this number"
            => "Send the text with a link in place of the picture";
        "30017" Deferred Line "The recipient's network is overloaded"
            => "Nothing needs to be done: it is sent again when the network has room";
        "30018" Admin Message "The sender name has to be registered for this country"
            => "Register the sender name with Twilio, or use a number";
        "30019" Content Line "The message is larger than the recipient's network allows"
            => "Use a smaller picture or a shorter text";
        "30020" Unknown Line "Twilio failed inside while keeping the message for later"
            => "Look it up in the Twilio console before sending it again";
        "30021" Unknown Line "The messaging service failed inside"
            => "Check in the Twilio console whether it left before sending it again";
        "30022" RateLimited Line "The registered sender went faster than its campaign may"
            => "Nothing needs to be done: sending slows down";
        "30023" RateLimited Line "The daily limit of the registered brand is used up"
            => "It can go out after midnight, US Pacific time; a higher brand score raises the limit";
        "30024" Admin Message "The sender is not yet known to the recipient's network"
            => "Wait for the registration to spread, or ask Twilio support";
        "30027" RateLimited Line "T-Mobile's daily limit for this brand is used up"
            => "It can go out after midnight, US Pacific time";
        "30032" Admin Line "The toll-free number is not verified"
            => "Submit the toll-free verification in the Twilio console";
        "30033" Admin Line "The registered campaign is suspended"
            => "See the campaign's notice in the Twilio console";
        "30034" Admin Line "The sender number is not registered for texting in the US"
            => "Register brand and campaign (A2P 10DLC) in the Twilio console";
        "30035" Admin Line "The sender number is still being set up"
            => "Wait a few hours, then release what is held";
        "30036" Deferred Line "The message became too old while waiting at Twilio"
            => "It is sent again if it is still useful";
        "30400" Permanent Line "Twilio could not carry out the change to the message"
            => "Look at the message itself; it may be on its way already";
        "30404" Permanent Line "Twilio does not have this message in this account"
            => "Check that this line still uses the account that sent it";
        "30409" Permanent Line "It was too late to take the message back"
            => "See what became of the message";
        "30410" Unknown Line "The recipient's network did not say whether it took the message"
            => "Ask the recipient before sending it again";
        "30450" Deferred Line "Twilio's fraud protection stopped this number for half an hour"
            => "It is tried again later; if it repeats, put the number on the allow list";
        "30610" Deferred Line "It is night where the recipient lives"
            => "Nothing needs to be done: it goes out in the morning";
        "30640" OptedOut Line "Twilio advises not to text this person, for legal reasons"
            => "Do not text this number";
    }
}
